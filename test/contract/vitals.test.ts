import { setTimeout } from 'node:timers/promises';
import type { CpuOptions } from '../../monkey/host/options.ts';
import { fakeVitals } from '../../monkey/host/vitals/fake-vitals.ts';
import { hostVitals } from '../../monkey/host/vitals/host-vitals.ts';
import { systemClock } from '../../pool/clock.ts';
import { silentLog } from '../../pool/log.ts';
import { recordedKernel } from '../support/recorded-kernel.ts';
import { type VitalsStage, vitalsContract } from './vitals.contract.ts';

/** As the kernel writes it. */
const psi = (avg60: number): string =>
  ['some', 'full'].map((whose) => `${whose} avg10=0.00 avg60=${avg60.toFixed(2)} avg300=0.00 total=7\n`).join('');

/** Works until this process has used this much CPU time, in short turns, and for longer than a sample must be apart. */
const work = async (ms: number): Promise<void> => {
  const started = process.cpuUsage().user;
  await setTimeout(210);
  while (process.cpuUsage().user - started < ms * 1_000);
};

const real =
  (cpu: CpuOptions, knownAtOnce = false) =>
  async (): Promise<VitalsStage> => ({
    source: hostVitals({ cpu, app: { pid: process.pid } }, { clock: systemClock, log: silentLog }),
    knownAtOnce,
    busy: () => work(50),
    end: async () => undefined,
  });

vitalsContract('the fake', async () => {
  const source = fakeVitals();
  return { source, busy: async () => source.set({ cpu: 0.9 }), end: async () => undefined };
});
vitalsContract('the host by os-utils', real({ source: 'host' }, true));
vitalsContract('a process tree', real({ source: 'process-tree', pid: process.pid, cpus: 1 }));
vitalsContract('a control group of version 2, as recorded', async () => {
  const kernel = recordedKernel();
  kernel.cgroup('cgroup.controllers', 'cpu\n');
  kernel.cgroup('cpu.stat', 'usage_usec 5000\n');
  kernel.cgroup('memory.current', '4096000\n');
  kernel.cgroup('memory.events', 'oom 3\noom_kill 2\n');
  for (const resource of ['cpu', 'memory', 'io']) kernel.cgroup(`${resource}.pressure`, psi(1.5));
  return {
    source: hostVitals({ cpu: { source: 'cgroup', cgroup: '/' }, ...kernel }, { clock: systemClock, log: silentLog }),
    busy: async () => {
      await setTimeout(210);
      kernel.cgroup('cpu.stat', 'usage_usec 9000\n');
    },
    end: async () => kernel.remove(),
  };
});
