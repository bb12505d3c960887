import { expect, test } from '@jest/globals';
import { farewell } from '../../../../monkey/doctor/life/farewell.ts';
import { nodeRecord } from '../../../support/nodes.ts';
import { committed, nowMs, policyOf, steps, viewOf, written } from '../../../support/view.ts';

const go = farewell(
  { node: 'web-1', session: 'session-of-web-1' },
  policyOf({ limits: { minServing: 3 }, drain: { deadline: '30s' } }),
);

test('a serving node is drained to leave, even if it is the last', () => {
  const decision = go(viewOf([nodeRecord('web-1', { servingSinceMs: 5 })]), 'c11');
  expect(written(decision)).toMatchObject({
    ...{ state: 'draining', purpose: 'leave', drain: 'c11', because: 'the machine is shutting down' },
    stepDeadlineMs: nowMs + 30_000 + 15_000,
  });
  expect(written(decision)).not.toHaveProperty('servingSinceMs');
  expect(committed(decision).notices).toMatchObject([{ kind: 'leaving' }]);
});

test('a node under treatment leaves at the end of its drain, instead of being rebooted', () => {
  const record = nodeRecord('web-1', { state: 'draining', purpose: 'treat', drain: 'd1', incident: 'inc-1' });
  const decision = go(viewOf([record]), 'c11');
  expect(written(decision)).toMatchObject({ state: 'draining', purpose: 'leave', drain: 'd1' });
  expect(steps(decision)).toEqual(['leaving']);
});

test.each(['checking', 'lost'] as const)('a node that is %s has left, so that it is not out for ever', (state) => {
  const record = nodeRecord('web-1', { state, incident: 'inc-1', remedy: 'reboot' });
  const decision = go(viewOf([record]), 'c11');
  expect(written(decision)).toMatchObject({ state: 'left' });
  expect(written(decision)).not.toHaveProperty('incident');
  expect(committed(decision).writes.at(-1)).toMatchObject({ entry: { outcome: 'left' } });
});

test.each(['rebooting', 'quarantined', 'held', 'left', 'levitating'])('a node that is %s stays so', (state) => {
  expect(go(viewOf([nodeRecord('web-1', { state })]), 'c11').kind).toBe('nothing');
});

test.each(['draining', 'checking'] as const)('a node that is %s and that a human holds stays held', (state) => {
  expect(go(viewOf([nodeRecord('web-1', { state, heldBy: 'ann' })]), 'c11').kind).toBe('nothing');
});

test('the node of another session is left alone', () => {
  expect(go(viewOf([nodeRecord('web-1', { session: 'another' })]), 'c11').kind).toBe('nothing');
});
