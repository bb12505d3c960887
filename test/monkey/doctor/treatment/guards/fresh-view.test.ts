import { expect, test } from '@jest/globals';
import { freshView } from '../../../../../monkey/doctor/treatment/guards/fresh-view.ts';
import { nodeRecord } from '../../../../support/nodes.ts';
import { questionOf } from '../../../../support/question.ts';

const ask = (...parts: [Parameters<typeof questionOf>[1]]) => freshView(questionOf([nodeRecord('web-1')], ...parts));

test('allows what was read up to five seconds ago, and no older', () => {
  expect(ask({ viewAgeMs: 5_000 }).kind).toBe('allow');
  expect(ask({ viewAgeMs: 5_001 })).toEqual({
    kind: 'veto',
    because: 'the pool was read 5s ago, more than 5s',
    detail: { viewAgeMs: 5_001, staleAfterMs: 5_000 },
  });
});

test('refuses a view of an age that nobody knows', () => {
  expect(ask({ viewAgeMs: Number.NaN }).kind).toBe('veto');
});

test('refuses for a minute after the data of the pool was lost', () => {
  expect(ask({ sinceLostPoolMs: 59_999 }).kind).toBe('veto');
  expect(ask({ sinceLostPoolMs: 60_000 }).kind).toBe('allow');
});

test('refuses where the policy of the pool cannot be read', () => {
  const garbage = [{ kind: 'garbage', key: 'dm:{web}:policy', because: 'source: not a JSON object' }] as const;
  expect(ask({ view: { garbage } })).toMatchObject({
    kind: 'veto',
    because: "the pool's policy cannot be read: source: not a JSON object",
  });
});

test('does not mind garbage elsewhere', () => {
  const garbage = [{ kind: 'garbage', key: 'dm:{web}:nodes', field: 'web-9', because: 'not JSON' }] as const;
  expect(ask({ view: { garbage } }).kind).toBe('allow');
});
