import { tokenOf } from '../../../pool/record.ts';
import { bootIdOf } from '../machine.ts';
import type { Law, Stay, Truth } from '../observer.ts';
import type { PowerCall } from '../region.ts';

/** The token must have held this recently when the call is sent. */
const heldWithinMs = 500;

const staysOf = ({ machine }: PowerCall, { history }: Truth): readonly Stay[] => history.get(machine) ?? [];

export const committedIntent: Law = {
  name: 'no reboot is sent without a committed intent, nor over 500 ms after its token last held',
  onCall: (call, truth) => {
    const nowMs = truth.clock.monotonicMs();
    const recent = staysOf(call, truth).filter(({ toMs }) => toMs >= nowMs - heldWithinMs);
    const intents = recent.filter(
      ({ record }) => record.state === 'rebooting' || (call.kind === 'start' && record.call === 'start'),
    );
    if (intents.length === 0)
      return `${call.by.name} asks to ${call.kind} ${call.machine}, whose record says ${recent.map(({ record }) => record.state).join(', ')}`;
    const owner = call.by.role === 'agent' ? `agent:${call.by.node ?? ''}` : `controller:${call.by.name}`;
    const own = call.by.told.intent;
    const isHeld = intents.some(({ record }) => own !== undefined && tokenOf(record) === own);
    if (!isHeld)
      return `${call.by.name} reboots ${call.machine}, whose record is no longer as it was when it was intended`;
    return intents.some(({ record }) => record.owner === owner)
      ? undefined
      : `${call.by.name} reboots ${call.machine}, whose intent is of ${intents.map(({ record }) => record.owner).join(', ')}`;
  },
};

export const oldBoot: Law = {
  name: 'a reboot is asked for only of the boot that its intent names',
  onCall: (call, truth) => {
    const machine = truth.region.machine(call.machine);
    const intent = staysOf(call, truth).at(-1)?.record;
    if (call.kind !== 'reboot' || machine === undefined || intent?.state !== 'rebooting') return undefined;
    // Who has not been heard since its boot may have booted by itself: of that a controller cannot know.
    const heardMs = truth.server.now() - (truth.server.data.seen.get(call.machine) ?? 0);
    if (call.by.role === 'controller' && heardMs > truth.clock.monotonicMs() - machine.bootedAtMs) return undefined;
    return machine.power !== 'running' || intent.bootId === bootIdOf(machine)
      ? undefined
      : `${call.machine} runs ${bootIdOf(machine)}, the intent is to end ${intent.bootId}`;
  },
};

export const proven: Law = {
  name: 'a reboot is proven by a new boot id, not assumed',
  onCommit: ({ before, after, changed }, { region }) => {
    for (const id of changed) {
      const [was, is] = [before.get(id), after.get(id)];
      if (was?.state !== 'rebooting' || is === undefined || is.state === 'rebooting') continue;
      const machine = region.machine(id);
      if (is.state !== 'checking' || is.remedy === undefined) continue;
      if (was.bootId === is.bootId || machine === undefined || bootIdOf(machine) === was.bootId)
        return `${id} counts as rebooted and still runs ${was.bootId}`;
    }
    return undefined;
  },
};

export const settled: Law = {
  name: 'after a call that may have begun, nothing is asked again before the settle time',
  onCall: ({ kind, machine, by }, { region, policy, clock }) => {
    const last = lastOf(region.sent, machine);
    // A start ends what a stop has begun.
    if (last === undefined || kind === 'start' || last.kind === 'start') return undefined;
    const passedMs = clock.monotonicMs() - last.atMs;
    const { settle } = policy().reboot;
    // By Redis TIME, which may leap; whoever starts anew has only that to go by.
    const isShort = passedMs < settle * 0.9 && last.mayHaveBegun && !region.redisLeapt();
    return isShort && last.boot === region.machine(machine)?.boots
      ? `${by.name} asks again for ${machine} ${Math.round(passedMs)} ms after the last call, settle is ${settle} ms`
      : undefined;
  },
};

/**
 * EC2 is asked again for what it was asked for, once in a settle time and until the deadline; so often at the most. What it
 * refused did nothing, and may be asked again sooner.
 */
export const askedAgain: Law = {
  name: 'a remedy that was counted once is not asked for without end',
  onCall: (call, truth) => {
    const { reboot } = truth.policy();
    const counted = staysOf(call, truth).at(-1)?.record.remedies?.at(-1);
    if (counted === undefined || call.kind === 'start' || truth.region.redisLeapt()) return undefined;
    const sinceMs = truth.clock.monotonicMs() - (truth.server.now() - counted.atMs);
    const asked = truth.region.sent.filter(
      ({ machine, kind, atMs, mayHaveBegun }) =>
        machine === call.machine && kind === call.kind && atMs >= sinceMs && mayHaveBegun,
    ).length;
    const most = 1 + Math.ceil(reboot.deadline / reboot.settle);
    return asked < most
      ? undefined
      : `${call.by.name} asks to ${call.kind} ${call.machine} for the ${asked + 1}th time for one remedy, ${most} are allowed`;
  },
};

const lastOf = <T extends { readonly machine: string }>(sent: readonly T[], machine: string): T | undefined =>
  sent.filter((one) => one.machine === machine).at(-1);

export const silentLong: Law = {
  name: 'a controller treats only whom nobody has heard for long enough',
  onCommit: ({ before, after, changed, by }, { server, policy }) => {
    for (const id of changed) {
      const [was, is] = [before.get(id), after.get(id)];
      if (by.role !== 'controller' || is?.state !== 'rebooting' || was?.state === 'rebooting') continue;
      const silentMs = server.now() - (server.data.seen.get(id) ?? 0);
      if (was?.wants === undefined && silentMs < policy().silence.after)
        return `${by.name} treats ${id}, which has beaten ${silentMs} ms ago`;
    }
    return undefined;
  },
};
