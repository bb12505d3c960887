import { expect, test } from '@jest/globals';
import { nodeBudget, nodeBudgetMs } from '../../../../../monkey/doctor/treatment/guards/node-budget.ts';
import type { Remedy } from '../../../../../pool/record.ts';
import { nodeRecord } from '../../../../support/nodes.ts';
import { questionOf } from '../../../../support/question.ts';

const nowMs = 1_000_000_000;
const remediesOf = (agoMs: readonly number[], remedy: Remedy = 'reboot') =>
  agoMs.map((ms) => ({ remedy, finding: 'cpu', atMs: nowMs - ms }));
const ask = (remedies: ReturnType<typeof remediesOf>, remedy: Remedy = 'reboot') =>
  nodeBudget(questionOf([nodeRecord('web-1', { remedies })], { remedy, view: { nowMs } }));
const hours = 3_600_000;

test.each([
  [[], 'allow'],
  [[1], 'allow'],
  [[1, 2], 'allow'],
  [[1, 2, 3], 'veto'],
  [[1, 2, 3, 4], 'veto'],
  [[1, 2, nodeBudgetMs - 1], 'veto'],
  [[1, 2, nodeBudgetMs], 'allow'],
  // A time that is still to come is not less than one that has passed.
  [[-5_000, 1, 2], 'veto'],
])('three reboots within 24 h are allowed; so long ago %j: %s', (agoMs, kind) => {
  expect(ask(remediesOf(agoMs)).kind).toBe(kind);
});

test('says how many are used, and when the next one is free', () => {
  expect(ask(remediesOf([hours, 5 * hours, 3 * hours, 2 * hours]))).toEqual({
    kind: 'veto',
    because: '4 of 3 reboots of this node within 24 h are used',
    // Two of the four must have passed.
    detail: { reboots: 4, limit: 3, remainingMs: 21 * hours },
  });
});

test('counts whatever restarts the machine, and nothing else', () => {
  expect(ask(remediesOf([1, 2, 3], 'stop-start')).kind).toBe('veto');
  expect(ask(remediesOf([1, 2, 3, 4, 5], 'restart-service'))).toMatchObject({ kind: 'allow', detail: { reboots: 0 } });
});

test('does not mind a remedy that restarts no machine', () => {
  expect(ask(remediesOf([1, 2, 3]), 'restart-service').kind).toBe('allow');
  expect(ask(remediesOf([1, 2, 3]), 'stop-start').kind).toBe('veto');
});
