import { messageOf } from '../../../pool/thrown.ts';
import type { Measured, MemoryVitals } from '../../doctor/vitals/vitals.ts';
import { readKernelFile } from '../proc/read.ts';
import { unknown } from './meter.ts';

/**
 * Memory of the machine from the text of /proc/meminfo. Used is what is not `MemAvailable`: what programs could
 * still get without swapping, by the kernel's own estimate.
 */
const parseMeminfo = (text: string): Measured<MemoryVitals> => {
  const totalBytes = bytesOf(text, 'MemTotal');
  const availableBytes = bytesOf(text, 'MemAvailable');
  if (totalBytes === undefined || totalBytes === 0 || availableBytes === undefined)
    return unknown('meminfo does not say MemTotal and MemAvailable');
  const usedShare = Math.min(1, Math.max(0, (totalBytes - availableBytes) / totalBytes));
  return { kind: 'measured', usedShare, totalBytes };
};

const bytesOf = (text: string, name: string): number | undefined => {
  const [, kilobytes] = new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text) ?? [];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1_024;
};

export const hostMemory = (procRoot: string): Measured<MemoryVitals> => {
  try {
    return parseMeminfo(readKernelFile(`${procRoot}/meminfo`));
  } catch (error) {
    return unknown(messageOf(error));
  }
};
