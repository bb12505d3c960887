import { availableParallelism } from 'node:os';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { hostVitals } from '../../../../monkey/host/vitals/host-vitals.ts';
import { silentLog } from '../../../../pool/log.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import { type RecordedKernel, recordedKernel } from '../../../support/recorded-kernel.ts';

let kernel: RecordedKernel;
beforeEach(() => {
  kernel = recordedKernel();
});
afterEach(() => kernel.remove());

const node = (cgroup: string, cpus?: number) => {
  const clock = manualClock();
  const source = hostVitals({ cpu: { source: 'cgroup', cgroup, cpus }, ...kernel }, { clock, log: silentLog });
  return {
    measureAfter: (ms: number) => {
      clock.advance(ms);
      return source.measure({ deadlineMs: 5_000 });
    },
  };
};

const cores = availableParallelism();

describe('version 2', () => {
  const group = 'system.slice/meow.service';
  /** As a Debian 12 of kernel 6.1 has them, for a service with CPUQuota=50% in a slice without one. */
  beforeEach(() => {
    kernel.cgroup('cgroup.controllers', 'cpuset cpu io memory hugetlb pids rdma misc\n');
    kernel.cgroup('cpuset.cpus.effective', '0-63\n');
    kernel.cgroup('system.slice/cpu.max', 'max 100000\n');
    kernel.cgroup('system.slice/memory.max', 'max\n');
    kernel.cgroup(`${group}/cpu.max`, '50000 100000\n');
    kernel.cgroup(`${group}/cgroup.procs`, '10\n');
    kernel.cgroup(`${group}/memory.current`, '314572800\n');
    kernel.cgroup(`${group}/memory.max`, '524288000\n');
    kernel.cgroup(`${group}/memory.stat`, 'anon 200000000\nfile 110000000\ninactive_file 52428800\nactive_file 0\n');
    used(1_000_000);
  });
  const used = (microseconds: number) =>
    kernel.cgroup(
      `${group}/cpu.stat`,
      `usage_usec ${microseconds}\nuser_usec ${microseconds}\nsystem_usec 0\nnr_periods 71\nnr_throttled 3\nthrottled_usec 120\n`,
    );

  test('is the share of its quota', async () => {
    const { measureAfter } = node(`/${group}`);
    expect((await measureAfter(0)).cpu).toMatchObject({
      kind: 'unknown',
      because: expect.stringContaining('first time'),
    });
    used(2_000_000);
    expect((await measureAfter(10_000)).cpu).toEqual({
      kind: 'measured',
      share: 0.2,
      source: 'cgroup',
      overMs: 10_000,
    });
  });

  test('has no more than the quota of the group that it stands in', async () => {
    kernel.cgroup('system.slice/cpu.max', '20000 100000\n');
    const { measureAfter } = node(`/${group}`);
    await measureAfter(0);
    used(1_100_000);
    expect((await measureAfter(1_000)).cpu).toMatchObject({ share: 0.5 });
  });

  test('has all cores of the machine where nothing limits it', async () => {
    kernel.cgroup(`${group}/cpu.max`, 'max 100000\n');
    const { measureAfter } = node(`/${group}`);
    await measureAfter(0);
    used(1_500_000);
    expect((await measureAfter(1_000)).cpu).toMatchObject({ share: 0.5 / cores });
  });

  test('has as many cores as it may run on', async () => {
    kernel.cgroup(`${group}/cpu.max`, 'max 100000\n');
    kernel.cgroup(`${group}/cpuset.cpus.effective`, '3\n');
    const { measureAfter } = node(`/${group}`);
    await measureAfter(0);
    used(1_500_000);
    expect((await measureAfter(1_000)).cpu).toMatchObject({ share: 0.5 });
  });

  test('has as many as it declares, if it does', async () => {
    const { measureAfter } = node(`/${group}`, 4);
    await measureAfter(0);
    used(3_000_000);
    expect((await measureAfter(1_000)).cpu).toMatchObject({ share: 0.5 });
  });

  test('takes a counter that went back for a group made anew, and goes on from there', async () => {
    const { measureAfter } = node(`/${group}`);
    await measureAfter(0);
    used(500);
    expect((await measureAfter(1_000)).cpu).toMatchObject({
      kind: 'unknown',
      because: expect.stringContaining('went back'),
    });
    used(250_500);
    expect((await measureAfter(1_000)).cpu).toMatchObject({ share: 0.5 });
  });

  test('is named by its folder as well', async () => {
    const { measureAfter } = node(`${kernel.cgroupRoot}/${group}`);
    await measureAfter(0);
    used(1_250_000);
    expect((await measureAfter(1_000)).cpu).toMatchObject({ share: 0.5 });
  });

  test('has its own memory, without files that lie idle, and its own age', async () => {
    kernel.uptime(500);
    kernel.processes([
      { pid: 10, startTicks: 40_000 },
      { pid: 1, startTicks: 0 },
    ]);
    const { memory, uptimeSeconds } = await node(`/${group}`).measureAfter(0);
    expect(memory).toEqual({ kind: 'measured', usedShare: 0.5, totalBytes: 524_288_000 });
    expect(uptimeSeconds).toBeCloseTo(100);
  });

  test('says which file is missing', async () => {
    const { cpu } = await node('/no-such.slice').measureAfter(0);
    expect(cpu).toMatchObject({
      kind: 'unknown',
      because: expect.stringMatching(/no-such\.slice\/cpu\.stat is not there$/),
    });
  });

  test('says that the file does not say', async () => {
    kernel.cgroup(`${group}/cpu.stat`, '');
    const { cpu } = await node(`/${group}`).measureAfter(0);
    expect(cpu).toMatchObject({ kind: 'unknown', because: expect.stringContaining('does not say') });
  });
});

describe('version 1', () => {
  const used = (nanoseconds: number) => kernel.cgroup('cpuacct/web/cpuacct.usage', `${nanoseconds}\n`);
  beforeEach(() => {
    kernel.cgroup('cpuset/cpuset.cpus', '0-63\n');
    kernel.cgroup('cpu/cpu.cfs_quota_us', '-1\n');
    kernel.cgroup('cpu/web/cpu.cfs_quota_us', '50000\n');
    kernel.cgroup('cpu/web/cpu.cfs_period_us', '100000\n');
    kernel.cgroup('cpuacct/cgroup.procs', '1\n');
    kernel.cgroup('cpuacct/web/cgroup.procs', '10\n');
    kernel.cgroup('memory/memory.limit_in_bytes', '9223372036854771712\n');
    kernel.cgroup('memory/web/memory.limit_in_bytes', '9223372036854771712\n');
    kernel.cgroup('memory/web/memory.usage_in_bytes', '2048000000\n');
    kernel.cgroup('memory/web/memory.stat', 'cache 0\ntotal_inactive_file 0\n');
    used(5_000_000_000);
  });

  test('is the share of its quota, with the group in a folder of each controller', async () => {
    const { measureAfter } = node('/web');
    await measureAfter(0);
    used(5_250_000_000);
    expect((await measureAfter(1_000)).cpu).toEqual({ kind: 'measured', share: 0.5, source: 'cgroup', overMs: 1_000 });
  });

  test('is found by its folder in any of the controllers', async () => {
    const { measureAfter } = node(`${kernel.cgroupRoot}/cpuacct/web`);
    await measureAfter(0);
    used(5_250_000_000);
    expect((await measureAfter(1_000)).cpu).toMatchObject({ share: 0.5 });
  });

  test('has the memory of the machine where it has no limit', async () => {
    const { memory } = await node('/web').measureAfter(0);
    expect(memory).toEqual({ kind: 'measured', usedShare: 0.25, totalBytes: 8_192_000_000 });
  });

  test('counts no cores but those that it may run on', async () => {
    kernel.cgroup('cpu/web/cpu.cfs_quota_us', '-1\n');
    kernel.cgroup('cpuset/web/cpuset.cpus', '1\n');
    const { measureAfter } = node('/web');
    await measureAfter(0);
    used(5_500_000_000);
    expect((await measureAfter(1_000)).cpu).toMatchObject({ share: 0.5 });
  });
});
