import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { versionOne } from '../../../../monkey/host/cgroup/version-one.ts';
import { versionTwo } from '../../../../monkey/host/cgroup/version-two.ts';
import { pressureIn } from '../../../../monkey/host/vitals/pressure.ts';
import { type RecordedKernel, recordedKernel } from '../../../support/recorded-kernel.ts';

let kernel: RecordedKernel;
beforeEach(() => {
  kernel = recordedKernel();
});
afterEach(() => kernel.remove());

const psi = (some: string, full: string): string =>
  `some avg10=1.00 avg60=${some} avg300=0.30 total=123\nfull avg10=0.50 avg60=${full} avg300=0.10 total=77\n`;
const ofHost = () => pressureIn((resource) => `${kernel.procRoot}/pressure/${resource}`);

test('who waits for CPU, and who all wait for memory and disks, over the last minute', () => {
  kernel.proc('pressure/cpu', psi('12.34', '0.00'));
  kernel.proc('pressure/memory', psi('50.00', '43.21'));
  kernel.proc('pressure/io', psi('99.00', '7.00'));
  const pressure = ofHost();
  expect(pressure.kind).toBe('measured');
  if (pressure.kind !== 'measured') return;
  expect(pressure.cpuShare).toBeCloseTo(0.1234);
  expect(pressure.memoryShare).toBeCloseTo(0.4321);
  expect(pressure.ioShare).toBeCloseTo(0.07);
});

test('a kernel without it says so', () => {
  expect(ofHost()).toEqual({ kind: 'unknown', because: `${kernel.procRoot}/pressure/cpu is not there` });
});

test('a file that says something else is unknown', () => {
  for (const resource of ['cpu', 'memory', 'io']) kernel.proc(`pressure/${resource}`, 'none\n');
  expect(ofHost()).toMatchObject({ kind: 'unknown', because: expect.stringContaining('does not say some avg60') });
});

test('a control group has its own, in version 2 only', () => {
  for (const resource of ['cpu', 'memory', 'io']) kernel.cgroup(`app/${resource}.pressure`, psi('3.00', '2.00'));
  expect(versionTwo(kernel.cgroupRoot, ['app']).pressure()).toMatchObject({ kind: 'measured', memoryShare: 0.02 });
  expect(versionOne(kernel.cgroupRoot, ['app']).pressure().kind).toBe('unknown');
});
