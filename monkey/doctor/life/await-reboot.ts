import type { Decision } from '../../../pool/decision.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import type { PoolView } from '../../../pool/view.ts';
import type { CheckResult } from '../ports/probe.ts';
import type { Question, Veto } from '../treatment/guard.ts';
import { checkEntries, checkNotices } from './checks-told.ts';
import { commit, draftWithout, entering, nothing, noticesOf, told, unchanged } from './draft.ts';

/** Does this veto pass by itself, or as soon as a human lets go? The others call for a human now. */
export const passes = ({ guard }: Veto, { instance }: Pick<Question, 'instance'>): boolean =>
  guard === 'running'
    ? instance === undefined || instance.kind === 'unknown'
    : guard === 'lever' || guard === 'pool-budget' || guard === 'fresh-view';

/** Ends the reason in the record of a node whose reboot waits: from then on people know. */
const waiting = 'its reboot waits for that, and it is checked meanwhile';

interface Awaiting {
  /** What is wrong with the node, and what stands against its reboot. */
  readonly because: string;
  readonly against: string;
  /** It is quarantined then (Redis TIME). */
  readonly untilMs: number;
  readonly results: readonly CheckResult[];
}

/** The node stays out and is checked on, until it may be rebooted or its deadline has passed; people are told once. */
export const awaitReboot = (
  { because, against, untilMs, results }: Awaiting,
  record: NodeRecord,
  view: PoolView,
  commitId: string,
): Decision => {
  if (record.because.endsWith(waiting)) return nothing(`${because}; ${against}`);
  const state = entering(view, 'checking', `${because}; ${against}: ${waiting}`);
  return commit('checking-on', {
    expect: [unchanged(record)],
    writes: [
      ...told(record, ...checkEntries(results)),
      { kind: 'put-node', node: { ...draftWithout(record, 'owner'), ...state, stepDeadlineMs: untilMs } },
      ...told(record, { step: 'checking', because: state.because }),
    ],
    notices: [
      ...checkNotices(record, results, commitId),
      ...noticesOf(commitId, record, {
        kind: 'not-rebooted',
        urgency: 'warning',
        text: `${record.id} is not rebooted yet: ${because}; ${against}.`,
        detail: { because, against },
      }),
    ],
  });
};
