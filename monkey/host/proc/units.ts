import { readFileSync } from 'node:fs';
import { endianness } from 'node:os';

/** The units in which the kernel counts for programs. */
export interface KernelUnits {
  readonly ticksPerSecond: number;
  readonly pageBytes: number;
}

/** What Linux has on every machine that Node runs on; used where the kernel does not say. */
const usual: KernelUnits = { ticksPerSecond: 100, pageBytes: 4_096 };

const wordBytes = 8;
const maxEntries = 64;

/**
 * Reads the units from the auxiliary vector, where libc's sysconf has them from too: pairs of words, of which
 * AT_PAGESZ (6) is the size of a page and AT_CLKTCK (17) the clock ticks a second. Source: getauxval(3).
 */
export const parseAuxv = (vector: Buffer): KernelUnits => {
  const found = new Map<number, number>();
  for (let entry = 0; entry < maxEntries && (entry + 1) * 2 * wordBytes <= vector.length; entry += 1) {
    const at = entry * 2 * wordBytes;
    found.set(word(vector, at), word(vector, at + wordBytes));
  }
  return { ticksPerSecond: found.get(17) ?? usual.ticksPerSecond, pageBytes: found.get(6) ?? usual.pageBytes };
};

const word = (vector: Buffer, at: number): number =>
  Number(endianness() === 'LE' ? vector.readBigUInt64LE(at) : vector.readBigUInt64BE(at));

export const kernelUnits = (procRoot: string): KernelUnits => {
  try {
    return parseAuxv(readFileSync(`${procRoot}/self/auxv`));
  } catch {
    return usual;
  }
};
