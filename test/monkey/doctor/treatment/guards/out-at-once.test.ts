import { expect, test } from '@jest/globals';
import { allowedOut, outAtOnce } from '../../../../../monkey/doctor/treatment/guards/out-at-once.ts';
import { nodeRecord } from '../../../../support/nodes.ts';
import { questionOf } from '../../../../support/question.ts';
import { others, policyOf } from '../../../../support/view.ts';

const limitsOf = (number: number, share: string) => policyOf({ limits: { out: { number, share } } }).limits.out;

test.each([
  // members, number, share, allowed
  [1, 1, '34%', 1],
  [2, 1, '34%', 1],
  [3, 1, '34%', 1],
  [4, 1, '34%', 1],
  [5, 1, '34%', 1],
  [1, 3, '50%', 1],
  [2, 3, '50%', 1],
  [3, 3, '50%', 1],
  [4, 3, '50%', 2],
  [5, 3, '50%', 2],
  [6, 3, '50%', 3],
  [100, 3, '50%', 3],
  [10, 5, '10%', 1],
  [10, 5, '30%', 3],
  [3, 9, '100%', 3],
])('of %d nodes, at most %d or %s: %d may be out', (members, number, share, allowed) => {
  expect(allowedOut(members, limitsOf(number, share))).toBe(allowed);
});

test.each([
  // share, allowed of 1, 2, 3, 4 and 5 nodes where the number does not say less
  ['1%', [1, 1, 1, 1, 1]],
  ['20%', [1, 1, 1, 1, 1]],
  ['34%', [1, 1, 1, 1, 1]],
  ['40%', [1, 1, 1, 1, 2]],
  ['50%', [1, 1, 1, 2, 2]],
  ['60%', [1, 1, 1, 2, 3]],
  ['67%', [1, 1, 2, 2, 3]],
  ['75%', [1, 1, 2, 3, 3]],
  ['99%', [1, 1, 2, 3, 4]],
  ['100%', [1, 2, 3, 4, 5]],
])('in pools of 1 to 5 nodes %s is rounded down, but one is always allowed: %j', (share, allowed) => {
  expect([1, 2, 3, 4, 5].map((members) => allowedOut(members, limitsOf(9, share)))).toEqual(allowed);
  // The number is the stricter one wherever it is less.
  expect([1, 2, 3, 4, 5].map((members) => allowedOut(members, limitsOf(2, share)))).toEqual(
    allowed.map((nodes) => Math.min(2, nodes)),
  );
});

test('a share is not lost to the arithmetic of fractions', () => {
  // 0.29 * 100 is 28.999999999999996.
  expect(allowedOut(100, limitsOf(50, '29%'))).toBe(29);
});

test('refuses while another is out, and names it', () => {
  const nodes = [nodeRecord('web-1'), ...others(3), nodeRecord('web-2', { state: 'rebooting' })];
  expect(outAtOnce(questionOf(nodes))).toMatchObject({
    kind: 'veto',
    because: '1 out, 1 allowed at once (1 node or 34% of 5)',
    detail: { out: 1, allowed: 1, who: 'web-2' },
  });
});

test('does not count nodes that wait for a human, or that are new', () => {
  const rest = (['quarantined', 'held', 'checking', 'left'] as const).map((state) => nodeRecord(state, { state }));
  expect(outAtOnce(questionOf([nodeRecord('web-1'), ...others(2), ...rest])).kind).toBe('allow');
});
