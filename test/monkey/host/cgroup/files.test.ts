import { expect, test } from '@jest/globals';
import * as files from '../../../../monkey/host/cgroup/files.ts';

test('reads the CPU time of version 2 in milliseconds', () => {
  const text =
    'usage_usec 6321733\nuser_usec 5000000\nsystem_usec 1321733\ncore_sched.force_idle_usec 0\nnr_periods 0\n';
  expect(files.parseCpuStat(text)).toBeCloseTo(6_321.733);
  expect(files.parseCpuStat('user_usec 1\n')).toBeUndefined();
});

test('reads the CPU time of version 1 in milliseconds', () => {
  expect(files.parseCpuacctUsage('309225501867\n')).toBeCloseTo(309_225.501867);
  expect(files.parseCpuacctUsage('')).toBeUndefined();
  expect(files.parseCpuacctUsage('-1\n')).toBeUndefined();
});

test.each([
  ['max 100000\n', undefined],
  ['150000 100000\n', 1.5],
  ['50000 100000', 0.5],
  ['', undefined],
  ['0 100000', undefined],
  ['nonsense', undefined],
])('reads the quota %j as %p cores', (text, cores) => {
  expect(files.parseCpuMax(text)).toBe(cores);
});

test('reads the quota of version 1, where -1 is none', () => {
  expect(files.parseCfsQuota('200000\n', '100000\n')).toBe(2);
  expect(files.parseCfsQuota('-1\n', '100000\n')).toBeUndefined();
  expect(files.parseCfsQuota('', '')).toBeUndefined();
});

test.each([
  ['0-3', 4],
  ['0', 1],
  ['0-1,4,6-7\n', 5],
  ['', undefined],
  ['a-b', undefined],
  ['\n', undefined],
])('counts the CPUs of %j: %p', (text, count) => {
  expect(files.parseCpuList(text)).toBe(count);
});

test('tells a limit of memory from none', () => {
  expect(files.parseLimit('536870912\n')).toBe(536_870_912);
  expect(files.parseLimit('max\n')).toBeUndefined();
  expect(files.parseLimit('9223372036854771712\n')).toBeUndefined();
});

test('knows idle files by the name of either version, and with all groups below in version 1', () => {
  expect(files.parseInactiveFile('anon 100\ninactive_file 4096\n')).toBe(4_096);
  expect(files.parseInactiveFile('inactive_file 1\ntotal_inactive_file 8192\n')).toBe(8_192);
  expect(files.parseInactiveFile('anon 5\n')).toBe(0);
});
