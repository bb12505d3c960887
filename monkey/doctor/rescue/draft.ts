/*
 * The intent to call EC2, and the end of a node whose machine is no more.
 *
 * INVARIANTS
 * - An intent expects the leader's token, the node's own, who is out (budgets were judged with it), and the lever free;
 *   but for the start of a machine that we have stopped: that remedy's intent stands since the stop.
 * - Who leads next finds in the record what was asked for and when it may be asked again.
 */
import type { Expectation, NodeDraft, Write } from '../../../pool/commit.ts';
import type { CommitDraft } from '../../../pool/decision.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import type { PoolView } from '../../../pool/view.ts';
import { draftWithout, entering, unchanged } from '../life/draft.ts';
import type { SilenceStep } from '../silence/step.ts';
import { withRemedy } from '../treatment/remedies.ts';
import { treatedAnew } from '../treatment/treated-anew.ts';

type Of<K extends SilenceStep['kind']> = Extract<SilenceStep, { kind: K }>;

/** Who commits, and what the settle time of the pool's policy is. */
export interface Caller {
  readonly controller: string;
  readonly settleMs: number;
}

export const called = (
  step: Of<'call'>,
  { controller, settleMs }: Caller,
  leader: Expectation,
  view: PoolView,
): Pick<CommitDraft, 'expect'> & { readonly writes: readonly Write[] } => {
  const { node, call, phase } = step;
  const put: Write = {
    kind: 'put-node',
    node:
      phase === 'in-place' ? waitingOn(step, controller, settleMs, view) : intended(step, controller, settleMs, view),
  };
  const admission: Expectation = { kind: 'admission', admissionVersion: view.admissionVersion };
  const free: readonly Expectation[] = call === 'start' ? [] : [{ kind: 'lever-free' }, admission];
  return { expect: [leader, unchanged(node), ...free], writes: [put] };
};

const intended = (
  { node, call, phase, story }: Of<'call'>,
  controller: string,
  settleMs: number,
  view: PoolView,
): NodeDraft => {
  const rest = draftWithout(
    node,
    ...(['drain', 'purpose', 'drained', 'restarting', 'servingSinceMs', 'remedy', 'call', 'wants'] as const),
  );
  const finding = node.finding ?? 'silent';
  return {
    ...rest,
    ...entering(view, 'rebooting', story.because),
    ...(phase === 'again' ? { sinceMs: node.sinceMs } : {}),
    ...{ incident: story.incident, finding, owner: `controller:${controller}`, stepDeadlineMs: view.nowMs + settleMs },
    ...(call === 'reboot' ? {} : { call }),
    ...(phase === 'first' ? treatedAnew(node, view.nowMs) : {}),
    ...(phase === 'first' || phase === 'next' ? { remedies: begun({ ...node, finding }, call, view.nowMs) } : {}),
  };
};

const slowestMs = 3_600_000;

/** Stays where it is; it may be asked again after half of the time that it has waited by now, an hour at the most. */
const waitingOn = ({ node }: Of<'call'>, controller: string, settleMs: number, { nowMs }: PoolView): NodeDraft => ({
  ...draftWithout(node),
  owner: `controller:${controller}`,
  stepDeadlineMs: nowMs + Math.max(settleMs, Math.min(slowestMs, (nowMs - node.sinceMs) / 2)),
});

const begun = (node: NodeRecord, call: 'reboot' | 'stop' | 'start', nowMs: number) =>
  withRemedy(node, call === 'reboot' ? 'reboot' : 'stop-start', nowMs);
