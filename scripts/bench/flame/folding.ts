/** How fast the shared sample, repeated, is folded by the command as people run it, beside stackcollapse-perf.pl. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { percentile } from '../number.ts';
import type { Finding, FlameBench } from './bench.ts';

const runs = 5;
const wantedRatio = 2.5;

export const folding = async ({ megabytes, perl, signal }: FlameBench): Promise<Finding> => {
  const file = join(tmpdir(), `bench-flame-${process.pid}.perf`);
  try {
    const bytes = await repeated(file, megabytes * 1_000_000);
    const monkey = new URL('./monkey.js', import.meta.url).pathname;
    const ours: number[] = [];
    const theirs: number[] = [];
    // By turns, so that what disturbs the machine disturbs both.
    for (let run = 0; run < runs && !signal.aborted; run += 1) {
      ours.push(bytes / 1_000 / (await msOf(process.execPath, [monkey, 'flame', 'fold', file], signal)));
      if (perl !== undefined) theirs.push(bytes / 1_000 / (await msOf('perl', [perl, file], signal)));
    }
    const speed = percentile(ours, 0.5);
    const line = `perf script of ${(bytes / 1_000_000).toFixed(0)} MB, start of the process included: ${speed.toFixed(0)} MB/s`;
    if (perl === undefined)
      return { lines: [`${line}; stackcollapse-perf.pl is not at hand (--perl PATH), it does about 35`], missed: [] };
    const ratio = speed / percentile(theirs, 0.5);
    const told = `${line}, ${ratio.toFixed(2)} x stackcollapse-perf.pl (${percentile(theirs, 0.5).toFixed(0)} MB/s), at least ${wantedRatio} wanted`;
    return { lines: [told], missed: ratio >= wantedRatio ? [] : [told] };
  } finally {
    await rm(file, { force: true });
  }
};

/** Writes the sample until the file is big enough; how many bytes it has. */
const repeated = async (file: string, bytes: number): Promise<number> => {
  const sample = gunzipSync(await readFile(new URL('../test/fixtures/flame/after.perf.gz', import.meta.url)));
  const out = await open(file, 'w');
  try {
    let written = 0;
    while (written < bytes) written += (await out.write(sample)).bytesWritten;
    return written;
  } finally {
    await out.close();
  }
};

const msOf = async (program: string, args: readonly string[], signal: AbortSignal): Promise<number> => {
  const startedMs = performance.now();
  const child = spawn(program, [...args], { stdio: ['ignore', 'ignore', 'inherit'], signal });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
  return performance.now() - startedMs;
};
