import { expect, test } from '@jest/globals';
import { census } from '../../../../monkey/doctor/treatment/census.ts';
import { nodeRecord } from '../../../support/nodes.ts';
import { nowMs, policyOf, viewOf } from '../../../support/view.ts';

const policy = policyOf({ silence: { after: '15s' } });

test('all but those that left are members', () => {
  const view = viewOf([
    nodeRecord('a'),
    nodeRecord('b', { state: 'quarantined' }),
    nodeRecord('c', { state: 'held' }),
    nodeRecord('d', { state: 'left' }),
    nodeRecord('e', { state: 'levitating' }),
  ]);
  expect(census(view, policy).members).toBe(4);
});

test('out are those that are draining, rebooting, lost, or checked after a treatment', () => {
  const view = viewOf([
    nodeRecord('a', { state: 'draining' }),
    nodeRecord('b', { state: 'rebooting' }),
    nodeRecord('c', { state: 'lost' }),
    nodeRecord('d', { state: 'checking', incident: 'inc-1' }),
    nodeRecord('e', { state: 'checking' }),
    nodeRecord('f', { state: 'quarantined' }),
    nodeRecord('g', { state: 'held' }),
    nodeRecord('h', { state: 'levitating' }),
  ]);
  expect(census(view, policy).out).toEqual(['a', 'b', 'c', 'd']);
});

test('a serving node whose agent is silent is not counted as serving', () => {
  const seen = new Map([
    ['a', nowMs - 15_000],
    ['b', nowMs - 15_001],
  ]);
  const view = viewOf([nodeRecord('a'), nodeRecord('b'), nodeRecord('c')], { seen });
  expect(census(view, policy).serving).toEqual(['a']);
});

test('silence does not count for who has not watched that long', () => {
  const view = viewOf([nodeRecord('a')], { seen: new Map([['a', 0]]) });
  expect(census(view, policy, 15_000).serving).toEqual(['a']);
  expect(census(view, policy, 15_001).serving).toEqual([]);
});
