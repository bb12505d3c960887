/** What folding takes of memory at its most, where no stack is like another. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Finding, type FlameBench, held } from './bench.ts';

const mostMiB = 150;
const distinctStacks = 100_000;

export const memory = async ({ signal }: FlameBench): Promise<Finding> => {
  const monkey = new URL('./monkey.js', import.meta.url).pathname;
  // The kernel's own high-water mark, read when all has been written and before the process ends.
  const peak = `process.on('exit', () => process.stderr.write(require('fs').readFileSync('/proc/self/status', 'latin1').match(/VmHWM:\\s+(\\d+)/)[1]))`;
  const preload = `data:text/javascript,${encodeURIComponent(`import { createRequire } from 'node:module'; const require = createRequire('/'); ${peak}`)}`;
  const child = spawn(process.execPath, ['--import', preload, monkey, 'flame', 'fold', '-'], {
    stdio: ['pipe', 'ignore', 'pipe'],
    signal,
  });
  let said = '';
  child.stderr.on('data', (piece: Buffer) => (said += piece.toString()));
  const ended = once(child, 'close');
  await pipeline(Readable.from(samples()), child.stdin);
  const [code] = (await ended) as [number | null];
  const kib = Number(said);
  if (code !== 0 || Number.isNaN(kib)) throw new Error(`flame fold ended with ${code}: ${said}`);
  return held(`${distinctStacks} distinct stacks from perf script: peak RSS`, kib / 1_024, mostMiB, 'MiB');
};

/** Stacks of twelve frames, of which the upper ones come in ever new arrangements of 2,000 functions. */
function* samples(): Generator<string> {
  let seed = 1;
  const next = (most: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return seed % most;
  };
  for (let sample = 0; sample < distinctStacks; sample += 1) {
    const own = Array.from({ length: 7 }, () => `\t    55d0c0 function_${next(2_000)}+0x1f (/usr/bin/app)\n`).join('');
    const shared = Array.from({ length: 5 }, (_, depth) => `\t    55d000 caller_${depth}+0x1f (/usr/bin/app)\n`).join(
      '',
    );
    const leaf = `\t    55d0f0 leaf_${sample % 317}_${Math.floor(sample / 317)}+0x1 (/usr/bin/app)\n`;
    yield `app 712 ${sample}.000001:   10101010 cpu-clock: \n${leaf}${own}${shared}\n`;
  }
}
