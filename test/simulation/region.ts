/** EC2 and its machines: reboots that take a while, calls that are throttled, lost, or lied about. */
import type {
  Described,
  InstanceSeen,
  InstanceState,
  OrderLimits,
  PoolPower,
  PowerAnswer,
} from '../../monkey/doctor/ports/power.ts';
import type { Limits } from '../../pool/store.ts';
import type { Dice } from './dice.ts';
import { callAs, type Life, type Strikes } from './life.ts';
import { type Machine, newMachine } from './machine.ts';
import type { Call, Strike } from './schedule.ts';
import type { SimClock } from './sim-clock.ts';

export type Ec2Trouble = 'throttles' | 'loses-replies' | 'lies' | 'blind' | undefined;

export interface PowerCall {
  readonly by: Life;
  readonly machine: string;
  readonly kind: 'reboot' | 'stop' | 'start';
}

export interface Sent extends PowerCall {
  readonly atMs: number;
  /** The machine's boots by then. */
  readonly boot: number | undefined;
  /** Whether the caller was told that nothing was begun. */
  mayHaveBegun: boolean;
}

export interface RegionParts {
  readonly redisLeapt: () => boolean;
  readonly isCut: (process: string) => boolean;
  readonly clock: SimClock;
  readonly dice: Dice;
  readonly strikes: Strikes;
  /** A machine goes down: its processes end. */
  readonly onDown: (machine: Machine) => void;
  readonly onUp: (machine: Machine) => void;
  /** A call that changes something is sent now. */
  readonly onCall: (call: PowerCall) => void;
}

export interface Region {
  readonly machines: readonly Machine[];
  readonly machine: (id: string) => Machine | undefined;
  trouble: Ec2Trouble;
  /** Takes the machine down and up again. */
  readonly boot: (machine: Machine, how: 'reboot' | 'stop-start') => void;
  readonly powerFor: (life: Life) => PoolPower;
  /** Every call that was sent, oldest first. */
  readonly sent: readonly Sent[];
  /** Whether Redis TIME has leapt in this run; set by whoever makes it leap. */
  readonly redisLeapt: () => boolean;
}

const throttled: PowerAnswer = { kind: 'throttled', code: 'RequestLimitExceeded', because: 'Request limit exceeded.' };
const noReply: PowerAnswer = { kind: 'unknown', because: 'its reply was lost' };
/** An adapter sends a call this soon after it was told to, or not at all. */
const sentWithinMs = 500;

export const newRegion = (nodes: number, parts: RegionParts): Region => {
  const { clock, dice, strikes, onDown, onUp, onCall, redisLeapt, isCut } = parts;
  const machines = Array.from({ length: nodes }, (_, index) => newMachine(index + 1));
  const all: Sent[] = [];
  const find = (id: string): Machine | undefined => machines.find((machine) => machine.id === id);

  const up = (machine: Machine, how: 'reboot' | 'stop-start'): void => {
    if (machine.power === 'terminated') return;
    machine.power = 'running';
    machine.boots += 1;
    machine.bootedAtMs = clock.monotonicMs();
    machine.goingDown = false;
    if (machine.sick === 'reboot' || (machine.sick === 'stop-start' && how === 'stop-start')) machine.sick = undefined;
    if (machine.app === 'boot') machine.app = 'well';
    if (machine.leaks !== 'for-ever') machine.leaks = undefined;
    onUp(machine);
  };
  const boot: Region['boot'] = (machine, how) => {
    if (machine.power === 'terminated' || machine.power === 'booting') return;
    const wasDead = machine.power === 'dead';
    onDown(machine);
    if (wasDead && machine.mends !== how) return;
    machine.power = 'booting';
    void clock.sleep(dice.between(2_000, 9_000)).then(() => {
      if (machine.power === 'booting') up(machine, how);
    });
  };

  const change = (
    life: Life,
    kind: PowerCall['kind'],
    id: string,
    { sendByMs = Number.POSITIVE_INFINITY }: OrderLimits,
    act: (machine: Machine) => void,
  ) => {
    const askedAtMs = clock.monotonicMs();
    return callAs(life, kind, strikes, async (strike): Promise<PowerAnswer> => {
      await clock.sleep(dice.between(1, 20));
      if (isCut(life.name)) return notSent;
      if (region.trouble === 'throttles') return throttled;
      if (late(strike) > sentWithinMs || clock.monotonicMs() - askedAtMs > sentWithinMs) return notSent;
      if (strike?.at === 'sending' && strike.what === 'late') await clock.sleep(strike.ms);
      if (clock.monotonicMs() > sendByMs) return notSent;
      onCall({ by: life, machine: id, kind });
      const sent: Sent = {
        by: life,
        machine: id,
        kind,
        atMs: clock.monotonicMs(),
        boot: find(id)?.boots,
        mayHaveBegun: true,
      };
      all.push(sent);
      if (strike?.at === 'sending' && strike.what === 'lose') return noReply;
      const machine = find(id);
      sent.mayHaveBegun =
        machine !== undefined && machine.lies !== 'not-found' && refusalOf(kind, machine) === undefined;
      if (machine === undefined || machine.power === 'terminated' || machine.lies === 'not-found')
        return { kind: 'refused', code: 'InvalidInstanceID.NotFound', because: `there is no ${id}` };
      const refusal = refusalOf(kind, machine);
      if (refusal !== undefined) return refusal;
      if (region.trouble !== 'lies') void clock.sleep(dice.between(100, 1_500)).then(() => act(machine));
      return region.trouble === 'loses-replies' || strike?.what === 'lose' ? noReply : { kind: 'accepted' };
    });
  };

  const stop = (machine: Machine): void => {
    if (machine.power === 'terminated') return;
    onDown(machine);
    machine.power = 'stopping';
    machine.stoppedByUs = true;
    void clock.sleep(dice.between(1_000, 6_000)).then(() => {
      if (machine.power === 'stopping') machine.power = 'stopped';
    });
  };
  const start = (machine: Machine): void => {
    if (machine.power !== 'stopped' || machine.mends === 'never') return;
    machine.power = 'booting';
    machine.stoppedByUs = false;
    void clock.sleep(dice.between(2_000, 9_000)).then(() => {
      if (machine.power === 'booting') up(machine, 'stop-start');
    });
  };
  const isBlind = (): boolean => region.trouble === 'throttles' || region.trouble === 'blind';
  const ask = <T>(life: Life, { deadlineMs, signal }: Limits, answer: () => T) =>
    callAs(life, 'describe' satisfies Call, strikes, async (strike): Promise<T | typeof noAnswer> => {
      await clock.sleep(Math.min(deadlineMs, late(strike) + dice.between(1, 20)), signal);
      return strike?.what === 'lose' || late(strike) >= deadlineMs || isCut(life.name) ? noAnswer : answer();
    });

  const describe = (id: string): InstanceState => {
    if (isBlind()) return { kind: 'unknown', because: 'throttled' };
    const machine = find(id);
    return machine === undefined || machine.lies === 'not-found'
      ? { kind: 'no-such-instance' }
      : { kind: 'known', state: saidOf(machine) };
  };

  const region: Region = {
    ...{ machines, machine: find, trouble: undefined, boot, sent: all, redisLeapt },
    powerFor: (life) => ({
      reboot: (id, limits) => change(life, 'reboot', id, limits, (machine) => boot(machine, 'reboot')),
      stop: (id, limits) => change(life, 'stop', id, limits, (machine) => stop(machine)),
      start: (id, limits) => change(life, 'start', id, limits, (machine) => start(machine)),
      describe: async (id, limits) => {
        const state = await ask(life, limits, (): InstanceState => describe(id));
        life.told.instance = { state, atMs: clock.monotonicMs() };
        return state;
      },
      describeAll: (ids, limits) =>
        ask(life, limits, (): Described => {
          if (isBlind()) return { kind: 'unknown', because: 'throttled' };
          return { kind: 'described', instances: new Map(ids.map((id) => [id, seen(find(id))])) };
        }),
    }),
  };
  return region;
};

const noAnswer = { kind: 'unknown', because: 'no answer' } as const;

const seen = (machine: Machine | undefined): InstanceSeen =>
  machine === undefined || machine.lies === 'not-found'
    ? { kind: 'no-such-instance' }
    : { kind: 'known', state: saidOf(machine), storage: { kind: 'kept' }, tags: { 'doctor-monkey:pool': 'web' } };

const notSent: PowerAnswer = { kind: 'throttled', code: 'Late', because: 'it was not sent: too late' };

const late = (strike: Strike | undefined): number => (strike?.what === 'late' ? strike.ms : 0);

const stateOf = ({ power, says }: Machine): Extract<InstanceState, { kind: 'known' }>['state'] =>
  says ?? (power === 'booting' || power === 'dead' ? 'running' : power);

/** What is told to who asks; a call is answered by what is so. */
const saidOf = (machine: Machine): ReturnType<typeof stateOf> => {
  const { lies, power } = machine;
  return lies === undefined || lies === 'not-found' || power === 'terminated' ? stateOf(machine) : lies;
};

const refusalOf = (kind: PowerCall['kind'], machine: Machine): PowerAnswer | undefined => {
  const state = stateOf(machine);
  const wanted = kind === 'start' ? 'stopped' : 'running';
  return state === wanted
    ? undefined
    : { kind: 'refused', code: 'IncorrectInstanceState', because: `${machine.id} is ${state}` };
};
