import { expect, test } from '@jest/globals';
import { bringPolicy } from '../../../../monkey/doctor/life/bring-policy.ts';
import type { PolicySource } from '../../../../pool/policy.ts';
import { committed, policyOf, viewOf } from '../../../support/view.ts';

const poolWith = (source: PolicySource) =>
  viewOf([], { policy: { version: 3, by: 'ann', atMs: 0, source, policy: policyOf(source) } });

test('the first agent of a pool without a policy brings its own', () => {
  const draft = committed(bringPolicy({ limits: { minServing: 2 } }, 'agent of web-1')(viewOf([]), 'c11'));
  expect(draft.expect).toEqual([{ kind: 'policy', version: 0 }]);
  expect(draft.writes).toEqual([{ kind: 'put-policy', source: { limits: { minServing: 2 } }, by: 'agent of web-1' }]);
});

test("another policy does not replace the pool's, and whoever brings it is told", () => {
  const decision = bringPolicy({ limits: { minServing: 2 } }, 'x')(poolWith({ limits: { minServing: 1 } }), 'c11');
  expect(decision).toMatchObject({ kind: 'nothing', detail: { differs: true } });
});

test.each<[PolicySource, PolicySource]>([
  [{}, {}],
  [{ limits: { cooldown: '15m' } }, {}],
  [{ limits: { cooldown: '900s' } }, { limits: { cooldown: '15m' } }],
  [
    { drain: {}, limits: {} },
    { limits: {}, drain: {} },
  ],
])('%j says the same as %j', (source, standing) => {
  const decision = bringPolicy(source, 'x')(poolWith(standing), 'c11');
  expect(decision).toEqual({ kind: 'nothing', because: 'the pool has this policy already' });
});

test('a policy that cannot be read stands until a human replaces it', () => {
  const garbage = [{ kind: 'garbage', key: 'dm:{web}:policy', because: 'source: not a JSON object' }] as const;
  const decision = bringPolicy({}, 'x')(viewOf([], { garbage }), 'c11');
  expect(decision).toMatchObject({ kind: 'nothing', detail: { differs: true } });
});
