import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Candidate } from '../../proxy/candidate.ts';
import { choosers } from '../../proxy/choose.ts';

interface Named extends Candidate {
  readonly name: string;
  inFlight: number;
}

const unknown = { latencyMs: 0, latencyAtMs: 0 };

const pool = (...weights: readonly number[]): Named[] =>
  weights.map((shareNow, at) => ({ name: 'abcdefgh'.charAt(at), shareNow, inFlight: 0, credit: 0, ...unknown }));

const turns = (members: readonly Named[], count: number, choose = choosers['round-robin']): string =>
  Array.from({ length: count }, () => choose(members)?.name).join('');

const weights = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 });

describe('round robin', () => {
  test('gives equals their turns in order', () => {
    expect(turns(pool(1, 1, 1), 7)).toBe('abcabca');
  });

  test('spreads the turns of the heavier one evenly', () => {
    expect(turns(pool(5, 1, 1), 7)).toBe('aabacaa');
  });

  test('gives each node exactly its share in every cycle', () => {
    fc.assert(
      fc.property(weights, (given) => {
        const members = pool(...given);
        const cycle = given.reduce((sum, weight) => sum + weight, 0);
        for (let round = 0; round < 3; round += 1) {
          const chosen = turns(members, cycle);
          for (const { name, shareNow } of members) expect(chosen.split(name).length - 1).toBe(shareNow);
        }
      }),
    );
  });

  test('gives a weight of 0 nothing', () => {
    expect(turns(pool(1, 0), 4)).toBe('aaaa');
  });

  test('treats all alike where all weights are 0', () => {
    expect(turns(pool(0, 0), 4)).toBe('abab');
  });

  test('chooses nobody where there is nobody', () => {
    expect(turns([], 2)).toBe('');
    expect(turns([], 2, choosers['least-in-flight'])).toBe('');
  });
});

describe('least in flight', () => {
  const choose = choosers['least-in-flight'];

  test('lets equals take turns', () => {
    expect(turns(pool(1, 1, 1), 6, choose)).toBe('abcabc');
  });

  test('avoids the busy one', () => {
    const members = pool(1, 1);
    Object.assign(members[0]!, { inFlight: 3 });
    expect(turns(members, 3, choose)).toBe('bbb');
  });

  test('fills nodes by their weight', () => {
    const members = pool(2, 1);
    for (let request = 0; request < 30; request += 1) {
      const chosen = choose(members);
      if (chosen !== undefined) chosen.inFlight += 1;
    }
    expect(members.map(({ inFlight }) => inFlight)).toEqual([20, 10]);
  });

  test('never chooses one that is busier for its weight than another', () => {
    const some = fc.record({ shareNow: fc.integer({ min: 1, max: 9 }), inFlight: fc.nat(50) });
    fc.assert(
      fc.property(fc.array(some, { minLength: 1, maxLength: 8 }), (given) => {
        const members = given.map((one) => ({ ...one, name: '', credit: 0, ...unknown }));
        const chosen = choose(members)!;
        const load = ({ inFlight, shareNow }: Candidate) => (inFlight + 1) / shareNow;
        expect(load(chosen)).toBe(Math.min(...members.map(load)));
      }),
    );
  });

  test('gives a weight of 0 nothing while others have one', () => {
    const members = pool(1, 0);
    Object.assign(members[0]!, { inFlight: 1_000 });
    expect(turns(members, 2, choose)).toBe('aa');
  });
});
