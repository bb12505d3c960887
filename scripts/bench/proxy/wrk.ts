/** wrk as a function: what it sends, and what it measured. */
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Measure } from './bench.ts';
import { cores, cpuMsOfAll } from './pinned.ts';
import type { Work } from './works.ts';

export interface WrkParts {
  readonly wrk: string;
  readonly taskset: string;
  /** Where its scripts may lie. */
  readonly dir: string;
  readonly signal: AbortSignal;
}

export interface WrkRun {
  readonly work: Work;
  /** Origin of the contender. */
  readonly url: string;
  /** The contender's process; undefined: there is none between wrk and the node. */
  readonly pid: number | undefined;
  readonly seconds: number;
  /** Lua that is run before the first request is made: further headers, another request. */
  readonly lua?: string;
}

/** Latencies are in microseconds; `duration` too. */
const summary = z.object({
  requests: z.number(),
  duration: z.number(),
  errors: z.number(),
  p50: z.number(),
  p99: z.number(),
});

const done = `
done = function(summary, latency)
  local e = summary.errors
  io.write(string.format('\\n{"requests": %d, "duration": %d, "errors": %d, "p50": %.1f, "p99": %.1f}\\n',
    summary.requests, summary.duration, e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50), latency:percentile(99)))
end
`;

/** One run: CPU of the contender per request, requests per second, latencies. @throws Error where wrk fails */
export const runWrk = async (run: WrkRun, parts: WrkParts): Promise<Measure & { readonly requests: number }> => {
  const { work, url, pid, seconds } = run;
  const script = join(parts.dir, `wrk-${work.name}.lua`);
  const post =
    work.postBytes === undefined ? '' : `wrk.method = 'POST'\nwrk.body = string.rep('x', ${work.postBytes})\n`;
  await writeFile(script, `${post}${run.lua ?? ''}${done}`);
  const cpuBefore = pid === undefined ? 0 : await cpuMsOfAll(pid);
  const args = ['-c', String(cores.load), parts.wrk, '-t1', `-c${work.connections}`, `-d${seconds}s`];
  const said = await output(parts.taskset, [...args, '-s', script, `${url}${work.path}`], parts.signal);
  const cpuMs = pid === undefined ? 0 : (await cpuMsOfAll(pid)) - cpuBefore;
  const { requests, duration, errors, p50, p99 } = summary.parse(JSON.parse(said.trim().split('\n').at(-1) ?? ''));
  if (requests === 0) throw new Error(`wrk had no answer from ${url}${work.path}:\n${said}`);
  return {
    requests,
    cpuUs: (cpuMs * 1_000) / requests,
    perSecond: requests / (duration / 1_000_000),
    p50Ms: p50 / 1_000,
    p99Ms: p99 / 1_000,
    errors,
  };
};

const output = (command: string, args: readonly string[], signal: AbortSignal): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], signal });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => (said += part));
    child.stderr.setEncoding('utf8').on('data', (part: string) => (said += part));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(said);
      else reject(new Error(`${command} ${args.join(' ')} ended with ${String(code)}: ${said.slice(-2_000)}`));
    });
  });
