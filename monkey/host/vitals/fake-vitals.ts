import type { VitalsSource } from '../../doctor/ports/vitals-source.ts';
import type { Measured, Vitals } from '../../doctor/vitals/vitals.ts';
import { firstCall, unknown } from './meter.ts';

/** A node whose vitals a test sets: what it says is told from the next measurement on. */
export interface FakeVitals extends VitalsSource {
  /** Shares of 1; a share that is a text says why it can't be measured. */
  readonly set: (now: FakeNow) => void;
}

export interface FakeNow {
  readonly cpu?: number | string;
  readonly busiestThread?: number;
  readonly memory?: number | string;
  /** Kills in each round from now on. */
  readonly oomKills?: number | string;
  /** All who have work wait for memory, in this share of a minute. */
  readonly memoryPressure?: number | string;
  /** Of the bytes of `/`. */
  readonly disk?: number | string;
  readonly uptimeSeconds?: number;
}

const gibibyte = 2 ** 30;

export const fakeVitals = (atFirst: FakeNow = {}): FakeVitals => {
  let now: Required<Omit<FakeNow, 'busiestThread'>> & FakeNow = {
    cpu: 0,
    ...{ memory: 0.1, oomKills: 0, memoryPressure: 0, disk: 0.1 },
    uptimeSeconds: 3_600,
    ...atFirst,
  };
  let calls = 0;
  return {
    set: (next) => {
      now = { ...now, ...next };
    },
    measure: async ({ deadlineMs, signal }) => {
      calls += 1;
      const late = deadlineMs <= 0 || signal?.aborted === true;
      const cpu = late ? unknown('out of time') : calls === 1 ? firstCall : cpuOf(now);
      return {
        cpu,
        memory: told(now.memory, (usedShare) => ({ usedShare, totalBytes: gibibyte })),
        oom: calls === 1 ? firstCall : told(now.oomKills, (kills) => ({ kills })),
        pressure: told(now.memoryPressure, (memoryShare) => ({ cpuShare: 0, memoryShare, ioShare: 0 })),
        disks: [{ path: '/', ...(late ? unknown('out of time') : told(now.disk, (usedShare) => ({ usedShare }))) }],
        load: [0, 0, 0],
        uptimeSeconds: now.uptimeSeconds,
      };
    },
  };
};

const told = <T>(value: number | string, measured: (value: number) => T): Measured<T> =>
  typeof value === 'string' ? unknown(value) : { kind: 'measured', ...measured(value) };

const cpuOf = ({ cpu = 0, busiestThread }: FakeNow): Vitals['cpu'] => {
  if (typeof cpu === 'string') return unknown(cpu);
  const thread = busiestThread === undefined ? {} : { busiestThreadShare: busiestThread };
  return { kind: 'measured', share: cpu, source: 'host', overMs: 1_000, ...thread };
};
