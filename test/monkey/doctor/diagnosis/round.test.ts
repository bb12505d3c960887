import { expect, test } from '@jest/globals';
import { findings } from '../../../../monkey/doctor/diagnosis/findings.ts';
import { judgeRound } from '../../../../monkey/doctor/diagnosis/round.ts';
import type { Vitals } from '../../../../monkey/doctor/vitals/vitals.ts';
import type { Policy } from '../../../../pool/policy.ts';
import { policyOf, vitalsOf } from '../../../support/view.ts';

const { vitals } = policyOf({ vitals: { cpu: { threshold: '90%', clear: '70%', thread: '95%' }, grace: '2m' } });

const judge = (seen: Vitals, policy: Policy['vitals']) =>
  judgeRound(findings.cpu, { vitals: seen, checks: undefined }, policy);

test.each([
  [1, 'hot'],
  [0.9, 'hot'],
  [0.89, 'warm'],
  [0.71, 'warm'],
  [0.7, 'calm'],
  [0, 'calm'],
])('a CPU share of %d is %s', (share, kind) => {
  expect(judge(vitalsOf({ share }), vitals)?.kind).toBe(kind);
});

test('a runaway thread is hot, however idle the rest of the machine is', () => {
  expect(judge(vitalsOf({ share: 0.5, busiestThreadShare: 0.95 }), vitals)).toEqual({
    kind: 'hot',
    because: "the app's busiest thread takes 95% of a core",
  });
});

test('a busy thread below its threshold decides nothing', () => {
  expect(judge(vitalsOf({ share: 0.5, busiestThreadShare: 0.94 }), vitals)?.kind).toBe('calm');
});

test('what could not be measured is unknown, and says why', () => {
  expect(judge(vitalsOf('/proc/stat is gone'), vitals)).toEqual({
    kind: 'unknown',
    because: 'CPU could not be measured: /proc/stat is gone',
  });
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])('a share of %d is unknown, not hot', (share) => {
  expect(judge(vitalsOf({ share }), vitals)?.kind).toBe('unknown');
});

test('a thread share that is not a number finds nobody sick', () => {
  expect(judge(vitalsOf({ share: 0.1, busiestThreadShare: Number.NaN }), vitals)?.kind).toBe('calm');
});

test('nothing is judged within the grace after boot', () => {
  expect(judge(vitalsOf({ share: 1 }, 119), vitals)?.kind).toBe('unknown');
  expect(judge(vitalsOf({ share: 1 }, 120), vitals)?.kind).toBe('hot');
});

test('an uptime that is not a number counts as within the grace', () => {
  expect(judge(vitalsOf({ share: 1 }, Number.NaN), vitals)?.kind).toBe('unknown');
});

test('without a grace the first round is judged', () => {
  const noGrace = policyOf({ vitals: { grace: '0s' } }).vitals;
  expect(judge(vitalsOf({ share: 1 }, 0), noGrace)?.kind).toBe('hot');
});
