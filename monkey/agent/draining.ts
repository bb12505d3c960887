/*
 * Carries a drain of this node to its end, and on to what it was for; also after a restart in the middle of it.
 *
 * INVARIANTS
 * - A node under treatment is given back as soon as healing is stopped, or as it is needed and passes its checks.
 * - Nothing is given back that does not pass its checks: it is checked on instead.
 * - What the drain is for is read again with every look: a human's hold that comes meanwhile is followed.
 * - It ends with one commit: given back, out, or the intent to reboot.
 */
import type { Policy } from '../../pool/policy.ts';
import type { DrainPurpose, NodeRecord } from '../../pool/record.ts';
import { unreadablePolicy } from '../../pool/unreadable-policy.ts';
import type { PoolView } from '../../pool/view.ts';
import { endDrain, tellDrained } from '../doctor/life/after-drain.ts';
import { own } from '../doctor/life/own.ts';
import { neededBack, stopped } from '../doctor/treatment/after-drain.ts';
import { drained } from '../doctor/treatment/drained.ts';
import { purposeOf } from '../doctor/treatment/purpose.ts';
import { waitsFor } from '../doctor/treatment/reboot-waits.ts';
import { checkOnce } from './checking.ts';
import { type Context, change, policyOf, viewNow, whoOf } from './context.ts';
import { diagnose } from './diagnosing.ts';
import { giveBackIfWell } from './giving-back.ts';
import type { Look } from './look.ts';
import { goOnRestarting } from './restarting.ts';
import { since } from './since.ts';

export const whileDraining = async (context: Context, record: NodeRecord, view: PoolView): Promise<void> => {
  const purpose = purposeOf(record);
  const drain = record.drain ?? '';
  // What was told with the intent of a restart, or with the beginning of a wait, is not taken again.
  if (purpose === 'treat' && record.restarting !== drain && waitsFor(record) === undefined)
    context.evidence.begin({
      ...{ drain, incident: record.incident, finding: record.finding },
      ...askedOf(policyOf(view)),
    });
  const look = newLook(context, drain, purpose);
  if (purpose === 'treat' && record.restarting === drain) return goOnRestarting(context, look);
  if (purpose === 'treat' && record.drained === drain) return diagnose(context, drain, look);
  const because = await untilDrained(context, record, view, look);
  if (because === undefined) return;
  if (purpose !== 'treat') {
    await change(context, endDrain(whoOf(context), because));
    return;
  }
  await change(context, tellDrained({ ...whoOf(context), policy: policyOf(view) }, because));
  return diagnose(context, drain, look);
};

const askedOf = ({ evidence: { deadline, profile, rate } }: Policy) => ({
  deadlineMs: deadline,
  profile: profile === 0 ? undefined : { seconds: Math.min(profile, deadline) / 1_000, hz: rate },
});

/** Why the drain has ended; undefined where it is over for another reason. */
const untilDrained = async (
  context: Context,
  record: NodeRecord,
  view: PoolView,
  look: () => Promise<Look>,
): Promise<string | undefined> => {
  const { parts, options, signal } = context;
  const waitedMs = since(parts.clock, record.sinceMs, view.nowMs);
  const port = options.appPort ?? portOf(record.url);
  while (!signal.aborted) {
    const seen = await look();
    if (seen.kind === 'over') return undefined;
    const established = port === undefined ? undefined : await parts.machine.establishedTo(port);
    const answer = drained(seen.view, record, policyOf(seen.view), { waitedMs: waitedMs(), established });
    if (answer.kind === 'drained') return answer.because;
    await parts.clock.sleep(Math.min(options.drainPollMs, Math.max(answer.remainingMs, 1)), signal);
  }
  return undefined;
};

/** Pause between two tries of the checks of a node that is needed back. */
const checkEveryMs = 1_000;

/** Looks whether the drain goes on, and ends it where the node is to be given back. */
const newLook = (context: Context, drain: string, purpose: DrainPurpose): (() => Promise<Look>) => {
  const { clock } = context.parts;
  let checkedAtMs = Number.NEGATIVE_INFINITY;
  return async () => {
    const view = await viewNow(context);
    const record = own(view, whoOf(context), 'draining');
    if (record === undefined || (record.drain ?? '') !== drain || purposeOf(record) !== purpose)
      return { kind: 'over' };
    if (purpose !== 'treat') return { kind: 'goes-on', view };
    const { mode } = context.options;
    const halt = stopped(view, { mode, sinceLostPoolMs: context.known.sinceLostPoolMs() });
    if (halt !== undefined) return back(context, drain, halt);
    const needed = neededBack(view, record, policyOf(view), context.known.watchedMs());
    if (
      needed === undefined ||
      unreadablePolicy(view) !== undefined ||
      clock.monotonicMs() - checkedAtMs < checkEveryMs
    )
      return { kind: 'goes-on', view };
    checkedAtMs = clock.monotonicMs();
    const checked = await checkOnce(context, policyOf(view));
    return checked.ok ? back(context, drain, needed) : { kind: 'goes-on', view };
  };
};

const back = async (context: Context, drain: string, because: string): Promise<Look> => {
  await giveBackIfWell(context, drain, { outcome: 'returned', because });
  // Also where that could not be committed: what must end does not go on to a remedy, it is looked at anew.
  return { kind: 'over' };
};

/** The port that the app listens on; undefined where the record's URL is none. */
export const portOf = (url: string): number | undefined => {
  if (!URL.canParse(url)) return undefined;
  const { port, protocol } = new URL(url);
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
};
