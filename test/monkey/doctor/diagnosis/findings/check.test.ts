import { expect, test } from '@jest/globals';
import { afterExamination, type Courses, findingsOf } from '../../../../../monkey/doctor/diagnosis/courses.ts';
import { check } from '../../../../../monkey/doctor/diagnosis/findings/check.ts';
import type { Examination } from '../../../../../monkey/doctor/vitals/examination.ts';
import { examinationOf, policyOf } from '../../../../support/view.ts';

const { vitals } = policyOf({ vitals: { check: { sick: 2, of: 2, act: 'treat' } } });
const fails: Examination['checks'] = { kind: 'measured', passed: 1, failed: ['status: 503 instead of 200'] };
const passes: Examination['checks'] = { kind: 'measured', passed: 2, failed: [] };
const finding = (...passed: readonly Examination['checks'][]) =>
  findingsOf(
    passed.reduce<Courses>((courses, checks) => afterExamination(courses, examinationOf({}, checks), vitals), {}),
    vitals,
  ).first;

test('checks that fail in so many tries are a finding that names them', () => {
  expect(finding(fails).kind).toBe('well');
  expect(finding(fails, fails)).toEqual({
    kind: 'sick',
    finding: 'check',
    because: 'local checks fail: status: 503 instead of 200; 2 of the last 2 rounds hot, sick at 2 of 2',
  });
});

test('a round in which no pass has ended says nothing new', () => {
  expect(finding(fails, undefined, undefined, undefined, fails).kind).toBe('sick');
});

test('one pass ends it', () => {
  expect(finding(fails, fails, passes).kind).toBe('well');
});

test('checks that could not be run find nobody sick', () => {
  const unknown = { kind: 'unknown', because: 'stopped' } as const;
  expect(finding(unknown, unknown, unknown).kind).toBe('well');
  expect(check.judge(examinationOf({}, unknown), vitals)?.kind).toBe('unknown');
});

test('by default it is only reported: what one node fails for may be what all of them need', () => {
  expect(check.act(policyOf().vitals)).toBe('report');
});
