import { expect, test } from '@jest/globals';
import { memory } from '../../../../../monkey/doctor/diagnosis/findings/memory.ts';
import { examinationOf, policyOf } from '../../../../support/view.ts';

const { vitals } = policyOf({ vitals: { memory: { threshold: '95%', clear: '85%' } } });
const judge = (usedShare: number) =>
  memory.judge(examinationOf({ memory: { kind: 'measured', usedShare, totalBytes: 1 } }), vitals);

test.each([
  [1, 'hot'],
  [0.95, 'hot'],
  [0.94, 'warm'],
  [0.86, 'warm'],
  [0.85, 'calm'],
  [0, 'calm'],
  [Number.NaN, 'unknown'],
])('a used share of %d is %s', (share, kind) => {
  expect(judge(share)?.kind).toBe(kind);
});

test('it names the value and its threshold', () => {
  expect(judge(0.97)).toEqual({ kind: 'hot', because: 'memory 97%, threshold 95%' });
});

test('what could not be measured is unknown, and says why', () => {
  const seen = examinationOf({ memory: { kind: 'unknown', because: '/proc/meminfo is not there' } });
  expect(memory.judge(seen, vitals)).toEqual({
    kind: 'unknown',
    because: 'memory could not be measured: /proc/meminfo is not there',
  });
});
