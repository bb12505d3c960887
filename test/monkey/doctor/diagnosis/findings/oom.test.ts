import { describe, expect, test } from '@jest/globals';
import { afterExamination, type Courses, findingsOf } from '../../../../../monkey/doctor/diagnosis/courses.ts';
import { oom } from '../../../../../monkey/doctor/diagnosis/findings/oom.ts';
import { judgeDrainedRound } from '../../../../../monkey/doctor/diagnosis/round.ts';
import { examinationOf, policyOf } from '../../../../support/view.ts';

const { vitals } = policyOf({ vitals: { oom: { kills: 3, of: 4 }, memory: { threshold: '95%', clear: '85%' } } });
const kills = (count: number) => examinationOf({ oom: { kind: 'measured', kills: count } });
const after = (...rounds: readonly number[]): Courses =>
  rounds.reduce<Courses>((courses, count) => afterExamination(courses, kills(count), vitals), {});
const finding = (...rounds: readonly number[]) => findingsOf(after(...rounds), vitals).first;

test.each([
  [[2], 'well'],
  [[3], 'sick'],
  [[1, 0, 1, 1], 'sick'],
  [[0, 0, 0, 0, 1, 1], 'well'],
  [[1, 0, 0, 0, 1, 1], 'well'],
])('rounds with %p kills make it %s', (rounds, kind) => {
  expect(finding(...rounds).kind).toBe(kind);
});

test('a round without a kill does not end it, the window does', () => {
  expect(finding(3, 0, 0, 0).kind).toBe('sick');
  expect(finding(3, 0, 0, 0, 0).kind).toBe('well');
});

test('it says how many were killed', () => {
  expect(finding(0, 4)).toEqual({
    kind: 'sick',
    finding: 'oom',
    because:
      '4 processes were killed for want of memory since the round before; 4 in the last 2 rounds, sick at 3 in 4',
  });
});

test('it names who was killed for as long as that counts, and not once it is well', () => {
  const killed = [{ command: 'app', pid: 7, rssBytes: 2 ** 30, by: 'kernel' }] as const;
  const memory = { killed, biggest: [], grew: [] };
  const named = examinationOf({ oom: { kind: 'measured', kills: 3, memory } });
  const later = [named, kills(0), kills(0), kills(0), kills(0)];
  const because = (rounds: number): string => {
    const courses = later.slice(0, rounds).reduce<Courses>((so, seen) => afterExamination(so, seen, vitals), {});
    return findingsOf(courses, vitals).first.because;
  };
  expect(because(1)).toContain('; 3 in the last 1 rounds, sick at 3 in 4; killed: app (pid 7, 1 GiB)');
  expect(because(4)).toBe(
    'no OOM kill since the round before; 3 in the last 4 rounds, sick at 3 in 4; killed: app (pid 7, 1 GiB)',
  );
  expect(because(5)).not.toContain('app');
});

test('a count that could not be had is unknown, and never sick', () => {
  const seen = examinationOf({ oom: { kind: 'unknown', because: 'this kernel does not count OOM kills' } });
  expect(oom.judge(seen, vitals)?.kind).toBe('unknown');
  const courses = Array.from({ length: 10 }).reduce<Courses>((so) => afterExamination(so, seen, vitals), {});
  expect(findingsOf(courses, vitals).first.kind).toBe('well');
});

describe('once no traffic is left', () => {
  const drained = (count: number, usedShare: number) =>
    judgeDrainedRound(
      oom,
      examinationOf({
        oom: { kind: 'measured', kills: count },
        memory: { kind: 'measured', usedShare, totalBytes: 1 },
      }),
      vitals,
    ).kind;

  test('further kills are sickness, however free the memory is by then', () => {
    expect(drained(1, 0.1)).toBe('hot');
  });
  test('no further kill is load only where the memory has become free', () => {
    expect(drained(0, 0.5)).toBe('calm');
    expect(drained(0, 0.9)).toBe('warm');
  });
});
