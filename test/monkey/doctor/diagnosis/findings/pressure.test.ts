import { expect, test } from '@jest/globals';
import { pressure } from '../../../../../monkey/doctor/diagnosis/findings/pressure.ts';
import { examinationOf, policyOf } from '../../../../support/view.ts';

const { vitals } = policyOf({ vitals: { pressure: { threshold: '40%', clear: '20%' } } });
const judge = (memoryShare: number, ioShare: number, cpuShare = 0) =>
  pressure.judge(examinationOf({ pressure: { kind: 'measured', cpuShare, memoryShare, ioShare } }), vitals);

test.each([
  [0.4, 0, 'hot'],
  [0, 0.4, 'hot'],
  [0.39, 0, 'warm'],
  [0.2, 0.2, 'calm'],
  [Number.NaN, 0, 'unknown'],
  [Number.NaN, 0.4, 'hot'],
])('memory %d and disks %d are %s', (memoryShare, ioShare, kind) => {
  expect(judge(memoryShare, ioShare)?.kind).toBe(kind);
});

test('who waits for CPU is not judged here', () => {
  expect(judge(0, 0, 1)?.kind).toBe('calm');
});

test('it says what is waited for', () => {
  expect(judge(0.1, 0.6)?.because).toBe('waiting for disks 60%, threshold 40%');
});

test('a kernel without it makes it unknown, and by default it is only reported', () => {
  const seen = examinationOf({ pressure: { kind: 'unknown', because: '/proc/pressure/cpu is not there' } });
  expect(pressure.judge(seen, vitals)?.kind).toBe('unknown');
  expect(pressure.act(policyOf().vitals)).toBe('report');
});

test('what was measured tells of traffic that is gone until the average of a minute can have fallen to `clear`', () => {
  const lingers = (clear: `${number}%`) => pressure.lingersMs?.(policyOf({ vitals: { pressure: { clear } } }).vitals);
  expect(lingers('20%')).toBe(96_567);
  expect(lingers('1%')).toBe(276_311);
  expect(lingers('0%')).toBe(300_000);
});
