import { expect, test } from '@jest/globals';
import { afterExamination, type Courses, findingsOf, isTreated } from '../../../../monkey/doctor/diagnosis/courses.ts';
import type { Examination } from '../../../../monkey/doctor/vitals/examination.ts';
import type { Vitals } from '../../../../monkey/doctor/vitals/vitals.ts';
import type { PolicySource } from '../../../../pool/policy.ts';
import { examinationOf, policyOf, vitalsOf } from '../../../support/view.ts';

const source: PolicySource = { vitals: { rounds: { sick: 1, of: 1 } } };
const findings = (seen: Examination, more: PolicySource = source) => {
  const { vitals } = policyOf(more);
  return findingsOf(afterExamination({}, seen, vitals), vitals);
};
const hot = {
  cpu: vitalsOf({ share: 1 }).cpu,
  memory: { kind: 'measured', usedShare: 1, totalBytes: 1 },
  oom: { kind: 'measured', kills: 9 },
  pressure: { kind: 'measured', cpuShare: 1, memoryShare: 1, ioShare: 1 },
  disks: [{ path: '/', kind: 'measured', usedShare: 1 }],
} satisfies Partial<Vitals>;

test('where all is sick, CPU is treated first, and what is only reported is told beside it', () => {
  const { first, reported } = findings(examinationOf(hot));
  expect(first).toMatchObject({ kind: 'sick', finding: 'cpu' });
  expect(reported.map(({ finding }) => finding)).toEqual(['pressure', 'disk']);
});

test('then comes memory, then OOM kills', () => {
  const { cpu: _cpu, ...rest } = hot;
  expect(findings(examinationOf(rest)).first).toMatchObject({ finding: 'memory' });
  const { memory: _memory, ...less } = rest;
  expect(findings(examinationOf(less)).first).toMatchObject({ finding: 'oom' });
});

test('what is to be treated goes before what is only reported, wherever it stands in the table', () => {
  const treated: PolicySource = { vitals: { rounds: { sick: 1, of: 1 }, memory: { act: 'report' } } };
  const { first, reported } = findings(examinationOf({ memory: hot.memory, oom: hot.oom }), treated);
  expect(first).toMatchObject({ finding: 'oom' });
  expect(reported.map(({ finding }) => finding)).toEqual(['memory']);
});

test('what is only reported is the finding where there is no other', () => {
  const { first } = findings(examinationOf({ disks: hot.disks }));
  expect(first).toMatchObject({ kind: 'sick', finding: 'disk' });
  expect(first.kind === 'sick' && isTreated(first, policyOf(source).vitals)).toBe(false);
});

test('what is off is not looked for', () => {
  const off: PolicySource = {
    vitals: { rounds: { sick: 1, of: 1 }, memory: { act: 'off' }, disk: { act: 'off' } },
  };
  expect(findings(examinationOf({ memory: hot.memory, disks: hot.disks }), off).first.kind).toBe('well');
});

test('where nothing is sick, CPU says whether the node is well; what a kernel does not tell hides nothing', () => {
  const blind = { kind: 'unknown', because: 'this kernel does not say' } as const;
  expect(findings(examinationOf({ pressure: blind, oom: blind, memory: blind })).first.kind).toBe('well');
  expect(findings(examinationOf({ cpu: blind })).first.kind).toBe('unknown');
  expect(findings(examinationOf({ cpu: blind, memory: hot.memory })).first).toMatchObject({ finding: 'memory' });
});

test('within the grace after boot nothing is judged at all', () => {
  expect(findings(examinationOf({ ...hot, uptimeSeconds: 119 })).first.kind).toBe('unknown');
});

test('a round that says nothing new leaves a course as it was', () => {
  const { vitals } = policyOf(source);
  const courses: Courses = afterExamination({}, examinationOf(), vitals);
  expect(afterExamination(courses, examinationOf(), vitals).check).toEqual(courses.check);
});
