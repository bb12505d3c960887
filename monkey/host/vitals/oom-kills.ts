import { messageOf } from '../../../pool/thrown.ts';
import type { Measured, OomVitals } from '../../doctor/vitals/vitals.ts';
import { parseOomKills } from '../cgroup/files.ts';
import { readKernelFile } from '../proc/read.ts';
import { firstCall, unknown } from './meter.ts';

/** OOM kills of the machine since it booted; the line is there since kernel 4.13. */
export const hostOomKills = (procRoot: string): number | undefined =>
  parseOomKills(readKernelFile(`${procRoot}/vmstat`));

/**
 * Kills from one call to the next, of a counter that only grows.
 *
 * @param total the counter now; undefined where it is not kept. May throw.
 */
export const oomKillsSince = (total: () => number | undefined): (() => Measured<OomVitals>) => {
  let before: number | undefined;
  return () => {
    const last = before;
    try {
      before = total();
    } catch (error) {
      before = undefined;
      return unknown(messageOf(error));
    }
    if (before === undefined) return unknown('this kernel does not count OOM kills');
    if (last === undefined) return firstCall;
    return before < last
      ? unknown('the count of OOM kills went back: it was begun anew')
      : { kind: 'measured', kills: before - last };
  };
};
