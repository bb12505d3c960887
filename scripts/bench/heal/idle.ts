/** What an idle agent weighs: its memory at the peak and its share of a core, beside processes that do nothing. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { startDaemon } from '../../../monkey/cli/demo/daemon.ts';
import { cpuMsOf } from '../cpu-of.ts';
import { agentBench } from './agent-process.ts';
import type { Finding, HealBench } from './bench.ts';

const mostRssMiB = 80;
const mostShare = 0.01;
/** The agent's start is over by then; what it costs while idle is measured from here on. */
const settleMs = 5_000;

const bare = 'setInterval(() => undefined, 1000);\n';
/** The libraries that an agent has loaded while it is idle. */
const libraries = ['commander', 'ioredis', 'node-cron', 'os-utils', 'pino', 'yaml', 'zod'];

export const idle = async ({ idleSeconds, signal }: HealBench): Promise<Finding> => {
  const bench = await agentBench({ rounds: '*/30 * * * * *', beat: '1s', cpu: { source: 'host' } }, signal);
  try {
    const others = await Promise.all([program(bench.dir, 'bare', bare), program(bench.dir, 'libraries', importing())]);
    const agent = await bench.startAgent();
    const all = [agent, ...others];
    await pause(settleMs, signal);
    const before = await Promise.all(all.map(({ pid }) => cpuSeconds(pid)));
    await pause(idleSeconds * 1_000, signal);
    const after = await Promise.all(all.map(({ pid }) => cpuSeconds(pid)));
    const peaks = await Promise.all(all.map(({ pid }) => peakMiB(pid)));
    await Promise.all(all.map(({ stop }) => stop()));
    const shares = after.map((seconds, index) => (seconds - (before[index] ?? 0)) / idleSeconds);
    const names = ['idle agent, one beat a second', 'bare node', 'node with the same libraries imported'];
    return {
      lines: names.map(
        (name, index) =>
          `${name}: peak RSS ${(peaks[index] ?? 0).toFixed(1)} MiB, ${((shares[index] ?? 0) * 100).toFixed(2)} % of a core over ${idleSeconds} s`,
      ),
      missed: [
        ...((peaks[0] ?? 0) > mostRssMiB
          ? [`an idle agent took ${(peaks[0] ?? 0).toFixed(1)} MiB, ${mostRssMiB} wanted`]
          : []),
        ...((shares[0] ?? 0) > mostShare
          ? [`an idle agent took ${((shares[0] ?? 0) * 100).toFixed(2)} % of a core, 1 % wanted`]
          : []),
      ],
    };
  } finally {
    await bench.stop();
  }
};

const importing = (): string =>
  `${libraries.map((name, index) => `import * as l${index} from '${name}';`).join('\n')}\n${libraries.map((_, index) => `globalThis.l${index} = l${index};`).join('\n')}\n${bare}`;

const program = async (dir: string, name: string, source: string) => {
  const file = join(dir, `${name}.mjs`);
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: new URL('..', import.meta.url).pathname },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    banner: { js: "import { createRequire as __r } from 'node:module'; const require = __r(import.meta.url);" },
  });
  await writeFile(file, outputFiles[0]?.text ?? '');
  return startDaemon(name, {
    args: [file],
    env: { PATH: process.env['PATH'] },
    logFile: join(dir, `${name}.log`),
    announces: false,
    deadlineMs: 10_000,
  });
};

/** VmHWM of /proc/PID/status, proc_pid_status(5): the peak resident set size, in KiB. */
const peakMiB = async (pid: number): Promise<number> =>
  Number(/^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1_024;

/** utime and stime of /proc/PID/stat, proc_pid_stat(5), fields 14 and 15, in ticks of 1/100 s (getconf CLK_TCK). */
const cpuSeconds = async (pid: number): Promise<number> => (await cpuMsOf(pid)) / 1_000;

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        reject(new Error('stopped'));
      },
      { once: true },
    );
  });
