import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readBeat } from '../../../../monkey/doctor/vitals/read-beat.ts';
import type { PoolView } from '../../../../pool/view.ts';
import { nodeRecord } from '../../../support/nodes.ts';
import { beatOf, nowMs, policyOf, viewOf } from '../../../support/view.ts';

const node = nodeRecord('web-1');
const policy = policyOf({ silence: { after: '15s' } });
const read = (part: Partial<PoolView> = {}) => readBeat(viewOf([node], part), node, policy);
const told = (vitals: Readonly<Record<string, unknown>>) =>
  read({ beats: new Map([['web-1', { node: 'web-1', session: node.session, vitals }]]) });

describe('a fresh beat', () => {
  test('tells the CPU and the finding, as the agent has said them', () => {
    const finding = { kind: 'sick', finding: 'cpu', because: 'CPU 99%' } as const;
    const beats = new Map([['web-1', beatOf(node, { share: 0.99, busiestThreadShare: 0.5 }, finding)]]);
    expect(read({ beats })).toEqual({
      kind: 'told',
      ageMs: 500,
      cpu: { kind: 'measured', share: 0.99, busiestThreadShare: 0.5 },
      finding,
    });
  });

  test('may tell why its CPU is not known', () => {
    expect(read({ beats: new Map([['web-1', beatOf(node, 'the clock went back')]]) })).toMatchObject({
      cpu: { kind: 'unknown', because: 'the clock went back' },
    });
    expect(told({ finding: { kind: 'unknown', because: 'no round has been made yet' } })).toMatchObject({
      cpu: { kind: 'unknown', because: 'its agent has measured nothing yet' },
      finding: { kind: 'unknown', because: 'no round has been made yet' },
    });
  });
});

describe('nothing is known of a node', () => {
  test('whose agent has not beaten', () => {
    expect(read({ beats: new Map() })).toEqual({ kind: 'unknown', because: 'its agent has not beaten yet' });
    expect(read({ seen: new Map() })).toEqual({ kind: 'unknown', because: 'its agent has not beaten yet' });
  });

  test('whose beat is older than the silence of the policy', () => {
    expect(read({ seen: new Map([['web-1', nowMs - 15_000]]) }).kind).toBe('told');
    expect(read({ seen: new Map([['web-1', nowMs - 15_001]]) })).toEqual({
      kind: 'unknown',
      because: 'its agent has not beaten for 15s',
    });
  });

  test('whose beat is of an agent that is gone', () => {
    const beats = new Map([['web-1', beatOf({ id: 'web-1', session: 'older' })]]);
    expect(read({ beats })).toEqual({ kind: 'unknown', because: 'its last beat is of an agent that is gone' });
  });
});

describe('garbage in a beat', () => {
  test.each([
    [{}],
    [{ vitals: null }],
    [{ vitals: 'hot' }],
    [{ vitals: {} }],
    [{ vitals: { cpu: null } }],
    [{ vitals: { cpu: { kind: 'measured' } } }],
    [{ vitals: { cpu: { kind: 'measured', share: '0.1' } } }],
    [{ vitals: { cpu: { kind: 'measured', share: -0.1 } } }],
    [{ vitals: { cpu: { kind: 'measured', share: 0.1, busiestThreadShare: 'all' } } }],
    [{ vitals: { cpu: { kind: 'guessed', share: 0.1 } } }],
    [{ vitals: { cpu: { kind: 'unknown', because: 7 } } }],
  ])('%j is no CPU', (vitals) => {
    expect(told(vitals)).toMatchObject({ kind: 'told', cpu: { kind: 'unknown' } });
  });

  test.each([[{}], [{ finding: 'well' }], [{ finding: {} }], [{ finding: { kind: 'splendid' } }]])(
    '%j is no finding',
    (vitals) => {
      expect(told(vitals)).toMatchObject({ finding: { kind: 'unknown', because: 'its finding can not be read' } });
    },
  );

  test('whatever it is, is read without a throw, and no number is made of it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('vitals', 'finding', 'x'), fc.jsonValue()), (vitals) => {
        const answer = told(vitals);
        if (answer.kind === 'told' && answer.cpu.kind === 'measured')
          expect(answer.cpu.share).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
