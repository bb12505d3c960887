import { describe, expect, test } from '@jest/globals';
import type { EvidenceSource } from '../../monkey/doctor/ports/evidence.ts';

/** What holds for everything that takes evidence of a node on which something runs. */
export const evidenceContract = (name: string, source: EvidenceSource): void => {
  describe(name, () => {
    test('is plain data of at most 64 KiB that names processes', async () => {
      const evidence = await source.take({ deadlineMs: 15_000 });
      expect(JSON.parse(JSON.stringify(evidence))).toEqual(evidence);
      expect(JSON.stringify(evidence).length).toBeLessThanOrEqual(65_536);
      expect(evidence.topByMemory.length).toBeGreaterThan(0);
      for (const { pid, command, cpuShare, rssBytes } of [...evidence.topByCpu, ...evidence.topByMemory]) {
        expect(pid).toBeGreaterThan(0);
        expect(command).not.toBe('');
        expect(cpuShare).toBeGreaterThanOrEqual(0);
        expect(rssBytes).toBeGreaterThanOrEqual(0);
      }
      expect(evidence.load).toHaveLength(3);
    });

    test('never throws, and says what is missing when there was no time', async () => {
      const stopped = await source.take({ deadlineMs: 2_000, signal: AbortSignal.abort() });
      expect(stopped.topByCpu).toEqual([]);
      expect(stopped.missing.length).toBeGreaterThan(0);
    });
  });
};
