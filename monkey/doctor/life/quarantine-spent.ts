import type { Expectation } from '../../../pool/commit.ts';
import type { Decision } from '../../../pool/decision.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import type { PoolView } from '../../../pool/view.ts';
import type { Answer, Veto } from '../treatment/guard.ts';
import { commit, draftWithout, entering, noticesOf, told } from './draft.ts';
import { ofTheTreatment } from './shut-out.ts';

export interface Spent {
  readonly node: NodeRecord;
  /** What the node is sick of, in words, and its kind. */
  readonly finding: { readonly finding: string; readonly because: string };
  readonly answers: readonly Answer[];
  /** What the budget's guard has said. */
  readonly spent: Veto;
  readonly expect: readonly Expectation[];
}

/** A sick node that has had all the reboots of its day: they do not cure it, so it waits for a human. */
export const quarantineSpent = (
  { node, finding, answers, spent, expect }: Spent,
  view: PoolView,
  commitId: string,
): Decision => {
  const because = `${spent.because}, and it is sick again: ${finding.because}`;
  const incident = `inc-${commitId}`;
  const out = {
    ...draftWithout(node, ...ofTheTreatment, 'finding'),
    ...{ ...entering(view, 'quarantined', because), incident },
  };
  const story = { ...node, incident };
  return commit('quarantined', {
    expect,
    writes: [
      { kind: 'put-node', node: out },
      ...told(
        story,
        { step: 'found', because: finding.because, detail: { finding: finding.finding, answers } },
        { step: 'quarantined', because, outcome: 'quarantined' },
      ),
    ],
    notices: noticesOf(commitId, story, {
      kind: 'quarantined',
      urgency: 'page',
      text: `${node.id} is quarantined and waits for a human: ${because}. When it is well: monkey readmit ${node.id}`,
      detail: { because, finding: finding.finding },
    }),
    durable: true,
  });
};
