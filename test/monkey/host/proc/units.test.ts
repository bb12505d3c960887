import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { kernelUnits, parseAuxv } from '../../../../monkey/host/proc/units.ts';

const vector = (...words: readonly number[]): Buffer => Buffer.from(new BigUint64Array(words.map(BigInt)).buffer);

test('reads the size of a page and the clock ticks from the auxiliary vector', () => {
  expect(parseAuxv(vector(33, 7, 6, 65_536, 17, 1_024, 0, 0))).toEqual({ pageBytes: 65_536, ticksPerSecond: 1_024 });
});

test('takes what is usual where the vector does not say, is cut off or is not there', () => {
  const usual = { pageBytes: 4_096, ticksPerSecond: 100 };
  expect(parseAuxv(vector(33, 7, 0, 0))).toEqual(usual);
  expect(parseAuxv(vector(6, 65_536).subarray(0, 9))).toEqual(usual);
  expect(kernelUnits('/nowhere')).toEqual(usual);
});

test('knows of this machine what getconf knows', () => {
  const getconf = (name: string) => Number(execFileSync('getconf', [name], { encoding: 'utf8' }));
  expect(kernelUnits('/proc')).toEqual({ pageBytes: getconf('PAGESIZE'), ticksPerSecond: getconf('CLK_TCK') });
});
