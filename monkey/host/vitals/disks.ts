/*
 * How full disks are.
 *
 * INVARIANTS
 * - A file system that does not answer, a lost NFS say, costs one thread and no round: it is not asked again before it
 *   has answered, and meanwhile it is unknown.
 */
import { statfs } from 'node:fs/promises';
import type { Limits } from '../../../pool/store.ts';
import { messageOf } from '../../../pool/thrown.ts';
import { within } from '../../../pool/within.ts';
import type { DiskVitals } from '../../doctor/vitals/vitals.ts';
import { unknown } from './meter.ts';

/** What `statfs` tells of a file system, in its blocks. */
export interface FileSystem {
  readonly blocks: number;
  readonly bfree: number;
  /** What programs that are not root may still use. */
  readonly bavail: number;
  readonly files: number;
  readonly ffree: number;
}
export type AskFileSystem = (path: string) => Promise<FileSystem>;

export const diskMeter = (
  paths: readonly string[],
  ask: AskFileSystem = (path) => statfs(path),
): ((limits: Limits) => Promise<readonly DiskVitals[]>) => {
  const waiting = new Set<string>();

  const measure = async (path: string, limits: Limits): Promise<DiskVitals> => {
    if (waiting.has(path)) return { path, ...unknown('it has not answered yet to a question of an earlier round') };
    waiting.add(path);
    const answer = ask(path).finally(() => waiting.delete(path));
    return within(limits, () => answer).then(
      (system) => fullness(path, system),
      (error: unknown) => ({ path, ...unknown(messageOf(error)) }),
    );
  };
  return (limits) => Promise.all(paths.map((path) => measure(path, limits)));
};

/** As `df` counts: what only root may still use is neither used nor free. */
const fullness = (path: string, { blocks, bfree, bavail, files, ffree }: FileSystem): DiskVitals => {
  const used = blocks - bfree;
  const usedShare = used / (used + bavail);
  if (!Number.isFinite(usedShare)) return { path, ...unknown('the file system does not say how large it is') };
  // Some file systems make inodes as they need them, and say 0.
  const inodesShare = files > 0 ? { inodesShare: (files - ffree) / files } : {};
  return { path, kind: 'measured', usedShare, ...inodesShare };
};
