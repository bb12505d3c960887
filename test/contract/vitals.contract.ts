import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { VitalsSource } from '../../monkey/doctor/ports/vitals-source.ts';

export interface VitalsStage {
  readonly source: VitalsSource;
  /** Is the CPU known at the first call already, because it is sampled within the call? */
  readonly knownAtOnce?: boolean;
  /** Lets the node be busy for a while. */
  readonly busy: () => Promise<void>;
  readonly end: () => Promise<void>;
}

const limits = { deadlineMs: 20_000 };

/** What holds for everything that measures a node. */
export const vitalsContract = (name: string, start: () => Promise<VitalsStage>): void => {
  describe(name, () => {
    let stage: VitalsStage;
    beforeEach(async () => {
      stage = await start();
    });
    afterEach(() => stage.end());

    test('has nothing to compare with at the first call, but knows the rest', async () => {
      const { cpu, memory, load, uptimeSeconds } = await stage.source.measure(limits);
      expect(cpu.kind).toBe(stage.knownAtOnce === true ? 'measured' : 'unknown');
      if (cpu.kind === 'unknown') expect(cpu.because).toContain('first time');
      expect(memory).toMatchObject({ kind: 'measured', totalBytes: expect.any(Number) });
      if (memory.kind === 'measured') expect(memory.usedShare).toBeGreaterThan(0);
      if (memory.kind === 'measured') expect(memory.usedShare).toBeLessThanOrEqual(1);
      expect(load.every((average) => average >= 0)).toBe(true);
      expect(uptimeSeconds).toBeGreaterThanOrEqual(0);
    });

    test('counts OOM kills from one call to the next', async () => {
      const first = await stage.source.measure(limits);
      const { oom } = await stage.source.measure(limits);
      expect(first.oom).toMatchObject({ kind: 'unknown', because: expect.any(String) });
      if (oom.kind === 'unknown') expect(oom.because).not.toContain('first time');
      else expect(oom.kills).toBeGreaterThanOrEqual(0);
    });

    test('tells pressure and disks as shares, or why it cannot', async () => {
      const { pressure, disks } = await stage.source.measure(limits);
      const shares = [
        ...(pressure.kind === 'measured' ? [pressure.cpuShare, pressure.memoryShare, pressure.ioShare] : []),
        ...disks.flatMap((disk) => (disk.kind === 'measured' ? [disk.usedShare, disk.inodesShare ?? 0] : [])),
      ];
      expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
      expect(disks.map(({ path }) => path)).toEqual(['/']);
      for (const told of [pressure, ...disks]) if (told.kind === 'unknown') expect(told.because).not.toBe('');
    });

    test('measures from one call to the next', async () => {
      await stage.source.measure(limits);
      await stage.busy();
      const { cpu } = await stage.source.measure(limits);
      expect(cpu).toMatchObject({ kind: 'measured', overMs: expect.any(Number) });
      if (cpu.kind !== 'measured') return;
      expect(cpu.share).toBeGreaterThan(0);
      expect(cpu.share).toBeLessThanOrEqual(1);
      expect(cpu.overMs).toBeGreaterThan(0);
    });

    test('never throws, also when it is stopped before it began', async () => {
      await stage.source.measure(limits);
      const { cpu } = await stage.source.measure({ ...limits, signal: AbortSignal.abort() });
      expect(cpu).toMatchObject({ kind: 'unknown', because: expect.any(String) });
    });
  });
};
