import { messageOf } from '../../../pool/thrown.ts';
import type { Measured, PressureVitals } from '../../doctor/vitals/vitals.ts';
import { readKernelFile } from '../proc/read.ts';
import { unknown } from './meter.ts';

type Resource = 'cpu' | 'memory' | 'io';

/**
 * Pressure as the kernel keeps it (PSI, Documentation/accounting/psi.rst), of the machine or of a control group. Kernels
 * before 4.20, and those started with `psi=0`, have none.
 */
export const pressureIn = (path: (resource: Resource) => string): Measured<PressureVitals> => {
  try {
    return {
      kind: 'measured',
      cpuShare: shareIn(path('cpu'), 'some'),
      memoryShare: shareIn(path('memory'), 'full'),
      ioShare: shareIn(path('io'), 'full'),
    };
  } catch (error) {
    return unknown(messageOf(error));
  }
};

/** The share of the last minute, from a line like `full avg10=0.00 avg60=1.50 avg300=0.30 total=123`. */
const shareIn = (file: string, whose: 'some' | 'full'): number => {
  const [, percent] = new RegExp(`^${whose} .*\\bavg60=(\\d+(?:\\.\\d+)?)`, 'm').exec(readKernelFile(file)) ?? [];
  if (percent === undefined) throw new Error(`${file} does not say ${whose} avg60`);
  return Math.min(1, Number(percent) / 100);
};
