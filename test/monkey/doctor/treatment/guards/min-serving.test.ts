import { expect, test } from '@jest/globals';
import { minServing } from '../../../../../monkey/doctor/treatment/guards/min-serving.ts';
import { nodeRecord } from '../../../../support/nodes.ts';
import { questionOf } from '../../../../support/question.ts';
import { nowMs, others } from '../../../../support/view.ts';

const ask = (otherNodes: number, least: number) =>
  minServing(questionOf([nodeRecord('web-1'), ...others(otherNodes)], { policy: { limits: { minServing: least } } }));

test.each([
  // others serving, at least, allowed
  [0, 0, true],
  [0, 1, false],
  [1, 1, true],
  [1, 2, false],
  [2, 2, true],
  [4, 3, true],
  [4, 5, false],
])('with %d other serving nodes and at least %d: allowed %s', (otherNodes, least, allowed) => {
  expect(ask(otherNodes, least).kind).toBe(allowed ? 'allow' : 'veto');
});

test('says how many would be left, and how many must be', () => {
  expect(ask(0, 1)).toMatchObject({
    because: '0 other nodes serve, at least 1 must',
    detail: { left: 0, minServing: 1 },
  });
});

test('does not count a node whose agent is silent', () => {
  const nodes = [nodeRecord('web-1'), ...others(1)];
  const seen = new Map([['web-1', nowMs]]);
  expect(minServing(questionOf(nodes, { view: { seen } })).kind).toBe('veto');
});

test('does not count nodes that are quarantined, held, new or unknown', () => {
  const rest = (['quarantined', 'held', 'checking', 'lost', 'levitating'] as const).map((state) =>
    nodeRecord(state, { state }),
  );
  expect(minServing(questionOf([nodeRecord('web-1'), ...rest])).kind).toBe('veto');
});
