/** From the start of an agent after boot, with an app that is up already, to its node serving. */
import type { PoolEvent } from '../../../pool/commit.ts';
import { agentBench } from './agent-process.ts';
import type { Finding, HealBench } from './bench.ts';

const mostMs = 3_000;
const starts = 5;

export const start = async ({ signal }: HealBench): Promise<Finding> => {
  const took: number[] = [];
  for (let count = 0; count < starts && !signal.aborted; count += 1) took.push(await oneStart(signal));
  const most = Math.max(...took);
  return {
    lines: [
      `agent start after boot → serving, ${starts} starts: ${took.map((ms) => (ms / 1_000).toFixed(2)).join(', ')} s`,
    ],
    missed: most > mostMs ? [`an agent took ${(most / 1_000).toFixed(2)} s to serve, ${mostMs / 1_000} s wanted`] : [],
  };
};

const oneStart = async (signal: AbortSignal): Promise<number> => {
  const bench = await agentBench({}, signal);
  try {
    const startedMs = performance.now();
    const agent = await bench.startAgent();
    let version = 0;
    let events: readonly PoolEvent[] = [];
    while (!events.some(({ what }) => what === 'serving') && performance.now() - startedMs < 30_000) {
      events = await bench.store.events(version, 1_000, { deadlineMs: 5_000, signal }).catch(() => []);
      version = events.at(-1)?.version ?? version;
    }
    const tookMs = performance.now() - startedMs;
    await agent.stop();
    return tookMs;
  } finally {
    await bench.stop();
  }
};
