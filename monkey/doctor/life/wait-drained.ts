/*
 * A drained node whose reboot waits until the pool's budget has room.
 *
 * INVARIANTS
 * - It stays in its drain: sick without traffic it serves nobody, it counts as out, and whatever ends a drain (the lever, a
 *   hold, that it is needed back, that it has calmed down) ends this one as well.
 * - It never waits longer than a reboot may take, nor for a budget that will have no room by then: out as it is, it stands in
 *   the way of the others. What follows then is what would have followed at once.
 * - It waits only for what passes by itself, and where quarantine is what else would come: where the pool cannot spare
 *   it, it is checked at once.
 * - That it waits is told once, with the evidence; the record says so to an agent that starts anew.
 */
import type { Decision } from '../../../pool/decision.ts';
import type { Policy } from '../../../pool/policy.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import { formatMs } from '../../../pool/units.ts';
import type { PoolView } from '../../../pool/view.ts';
import type { Evidence } from '../ports/evidence.ts';
import type { Question, Veto } from '../treatment/guard.ts';
import { waitsFor } from '../treatment/reboot-waits.ts';
import { stepSlackMs } from '../treatment/step-slack.ts';
import { passes } from './await-reboot.ts';
import { commit, draftWithout, nothing, noticesOf, told, unchanged } from './draft.ts';
import { evidenceEntries, evidenceNotices } from './evidence-told.ts';

/**
 * Until when (Redis TIME) the reboot of this drained node waits for these vetoes; undefined: it does not, or no longer.
 *
 * @param instance what EC2 says of the machine
 */
export const waitUntilMs = (
  vetoes: readonly Veto[],
  record: NodeRecord,
  { nowMs, policy, instance }: { readonly nowMs: number; readonly policy: Policy } & Pick<Question, 'instance'>,
): number | undefined => {
  const mostMs = policy.reboot.deadline;
  const untilMs = waitsFor(record)?.untilMs ?? nowMs + mostMs;
  const leftMs = untilMs - nowMs;
  // More is left than there was where Redis TIME has gone back: it says nothing of how long the node has waited.
  if (record.drain === undefined || leftMs <= 0 || leftMs > mostMs) return undefined;
  return vetoes.every((one) => passes(one, { instance }) && !outlasts(one, leftMs)) ? untilMs : undefined;
};

/** Will this veto stand for longer, whatever comes of the treatments under way? */
const outlasts = ({ detail: { remainingMs, ahead = 0 } }: Veto, leftMs: number): boolean =>
  typeof remainingMs === 'number' && remainingMs > leftMs && Number(ahead) === 0;

export interface WaitDrained {
  /** What is wrong with the node, and what stands against its reboot. */
  readonly because: string;
  readonly against: string;
  readonly untilMs: number;
  readonly evidence?: Evidence | undefined;
}

/** What a decision says of a reboot that goes on waiting. */
export const goesOnWaiting = 'waits';

export const waitDrained = (
  { because, against, untilMs, evidence }: WaitDrained,
  record: NodeRecord,
  view: PoolView,
  commitId: string,
): Decision => {
  if (waitsFor(record) !== undefined) return nothing(`${because}; ${against}`, { [goesOnWaiting]: true });
  const rebootWaits = { drain: record.drain ?? '', because: against, untilMs };
  const most = formatMs(untilMs - view.nowMs);
  return commit('reboot-waits', {
    expect: [unchanged(record)],
    writes: [
      {
        kind: 'put-node',
        // A restart of the service that has failed is not gone on with.
        node: { ...draftWithout(record, 'restarting'), rebootWaits, stepDeadlineMs: untilMs + stepSlackMs },
      },
      ...told(record, ...evidenceEntries(evidence), {
        step: 'reboot-waits',
        because: `${because}; ${against}: its reboot waits for that, ${most} at most`,
        detail: { untilMs },
      }),
    ],
    notices: noticesOf(commitId, record, ...evidenceNotices(record.id, evidence), {
      kind: 'not-rebooted',
      urgency: 'warning',
      text: `${record.id} is not rebooted yet: ${because}; ${against}. It stays out of the pool and waits for that, ${most} at most.`,
      detail: { because, against },
    }),
  });
};
