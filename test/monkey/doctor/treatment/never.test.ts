import { expect, test } from '@jest/globals';
import { standingReasons } from '../../../../monkey/doctor/treatment/never.ts';
import type { PolicySource } from '../../../../pool/policy.ts';
import type { NodeRecord } from '../../../../pool/record.ts';
import { nodeRecord } from '../../../support/nodes.ts';
import { others, policyOf, viewOf } from '../../../support/view.ts';

const reasons = (nodes: readonly NodeRecord[], limits: PolicySource['limits'] = {}) =>
  standingReasons(viewOf(nodes), policyOf({ limits })).map(({ cause, because }) => `${cause}: ${because}`);
const inState = (id: string, state: string) => nodeRecord(id, { state });

test('a pool that has more nodes than must serve has none', () => {
  expect(reasons(others(2))).toEqual([]);
  expect(reasons(others(4), { minServing: 3 })).toEqual([]);
  expect(reasons(others(1), { minServing: 0 })).toEqual([]);
});

test('a pool without nodes has none: nobody is there to be treated', () => {
  expect(reasons([])).toEqual([]);
  expect(reasons([inState('gone', 'left')])).toEqual([]);
});

test('as many nodes must serve as there are', () => {
  const because = 'the policy can never admit a treatment: limits.minServing is 3 and the pool has 3 nodes';
  expect(reasons(others(3), { minServing: 3 })).toEqual([`min-serving: ${because}`]);
  expect(reasons([...others(3), inState('gone', 'left')], { minServing: 3 })).toHaveLength(1);
  expect(reasons(others(1))[0]).toContain('the pool has 1 node');
});

test('so many nodes wait for a human that the others must all serve', () => {
  const nodes = [...others(2), inState('a', 'quarantined'), inState('b', 'held')];
  expect(reasons(nodes, { minServing: 2 })).toEqual([
    'min-serving-apart: the policy can never admit a treatment: limits.minServing is 2 and 2 of 4 nodes wait for a human',
  ]);
  // Who is out or new comes back by itself.
  expect(reasons([...others(2), inState('a', 'rebooting')], { minServing: 2 })).toEqual([]);
});

test('a window that opens once a week is no reason', () => {
  expect(reasons(others(2), { windows: [{ days: ['wed'], from: '03:00', to: '03:01' }] })).toEqual([]);
});
