import type { Measured, MemoryVitals } from '../../doctor/vitals/vitals.ts';
import { parseInactiveFile, parseLimit } from './files.ts';

/** What the files of a group say of its memory; undefined is a file that is not there. */
export interface MemoryFiles {
  readonly current: string | undefined;
  readonly limits: readonly (string | undefined)[];
  readonly stat: string | undefined;
}

/**
 * Memory of a group as a share of its narrowest limit, or of the machine's where it has none. What was read of files
 * and lies idle is not counted as used, as `docker stats` and the kubelet do it.
 */
export const memoryIn = (
  host: Measured<MemoryVitals>,
  { current, limits, stat }: MemoryFiles,
): Measured<MemoryVitals> => {
  if (host.kind === 'unknown') return host;
  const usedBytes = Number.parseInt(current ?? '', 10) - parseInactiveFile(stat ?? '');
  if (!Number.isFinite(usedBytes))
    return { kind: 'unknown', because: 'the control group does not say how much memory it uses' };
  const bounds = limits.map((limit) => parseLimit(limit ?? '')).filter((limit) => limit !== undefined);
  const totalBytes = Math.min(host.totalBytes, ...bounds);
  return { kind: 'measured', usedShare: Math.min(1, Math.max(0, usedBytes / totalBytes)), totalBytes };
};
