/** What the proxy weighs after a million requests. */
import type { Finding, ProxyBench } from './bench.ts';
import { startProxy } from './contenders.ts';
import { rssMiBOfAll } from './pinned.ts';
import type { Stage } from './stage.ts';
import { ours } from './targets.ts';
import { works } from './works.ts';
import { runWrk } from './wrk.ts';

const mostMiB = 80;
const requestsWanted = 1_000_000;
const [getOneKiB] = works;

export const memory = async ({ signal }: ProxyBench, stage: Stage): Promise<Finding> => {
  if (getOneKiB === undefined) throw new Error('there is no work');
  const proxy = await startProxy(ours, stage.field, 'memory');
  const { pid } = proxy.process;
  stage.undo.push(proxy.process.stop);
  const start = await rssMiBOfAll(pid);
  let [requests, peak] = [0, start];
  while (requests < requestsWanted && !signal.aborted) {
    requests += (await runWrk({ work: getOneKiB, url: proxy.url, pid, seconds: 5 }, stage.wrk)).requests;
    peak = Math.max(peak, await rssMiBOfAll(pid));
    process.stderr.write(`  ${requests} requests, ${peak.toFixed(1)} MiB\n`);
  }
  const after = await rssMiBOfAll(pid);
  return {
    lines: [
      `RSS of ours after ${requests} requests: ${after.toFixed(1)} MiB (most seen ${peak.toFixed(1)}, at the start ${start.toFixed(1)}), ${mostMiB} MiB wanted`,
    ],
    missed: after > mostMiB ? [`RSS ${after.toFixed(1)} MiB after ${requests} requests, ${mostMiB} wanted`] : [],
  };
};
