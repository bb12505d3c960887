/** From a process that is stuck in an endless loop to its profile in hand, by the command as people run it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { percentile } from '../number.ts';
import { type Finding, type FlameBench, held } from './bench.ts';
import { withVictim } from './victim.ts';

const seconds = 2;
const mostMs = 1_000;
const runs = 5;
const wantedShare = 0.9;

const loop = 'function runaway() { for (let x = 0; ; ) x = Math.sqrt(x + 1); } console.log(1); setTimeout(runaway, 1);';

export const stuckProcess = async ({ signal }: FlameBench): Promise<Finding> => {
  const beyondMs: number[] = [];
  const shares: number[] = [];
  for (let run = 0; run < runs && !signal.aborted; run += 1)
    await withVictim(loop, async ({ pid }) => {
      // By now V8 has made code for the loop while it was running, as in any process that is found stuck.
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      const startedMs = performance.now();
      const { stdout } = await promisify(execFile)(process.execPath, argv(pid), { signal });
      beyondMs.push(performance.now() - startedMs - 1_000 * seconds);
      shares.push(shareOf('runaway', stdout));
    });
  const share = Math.min(...shares);
  const told = `; ${(100 * share).toFixed(0)} % of the samples in the function that runs away, at the least`;
  const found = held(
    `stuck Node process to a profile of ${seconds} s in hand, beyond these, median`,
    percentile(beyondMs, 0.5),
    mostMs,
    'ms',
    told,
  );
  return share >= wantedShare ? found : { ...found, missed: [...found.missed, `the loop is not seen${told}`] };
};

const argv = (pid: number): string[] => {
  const monkey = new URL('./monkey.js', import.meta.url).pathname;
  return [monkey, 'flame', 'record', '--pid', String(pid), '--seconds', String(seconds), '--format', 'folded'];
};

const shareOf = (name: string, folded: string): number => {
  const lines = folded.trim().split('\n');
  const count = (line: string): number => Number(line.slice(line.lastIndexOf(' ') + 1));
  const all = lines.reduce((sum, line) => sum + count(line), 0);
  const own = lines.filter((line) => line.split(';').at(-1)?.startsWith(`${name} `) === true);
  return own.reduce((sum, line) => sum + count(line), 0) / Math.max(1, all);
};
