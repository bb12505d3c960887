/** From the commit of a drain to the last request that the proxy routes to that node. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalRedis } from '../../../infra/local-redis/local-redis.ts';
import { builtFile } from '../../../monkey/cli/demo/built.ts';
import { startDaemon } from '../../../monkey/cli/demo/daemon.ts';
import { startLoad } from '../../../monkey/cli/demo/load.ts';
import { poolName, proxyConfig } from '../../../monkey/cli/demo/settings.ts';
import { buildCommit } from '../../../pool/build-commit.ts';
import type { NodeDraft } from '../../../pool/commit.ts';
import { silentLog } from '../../../pool/log.ts';
import { connectRedisPool } from '../../../pool/redis/redis-pool.ts';
import type { PoolStore } from '../../../pool/store.ts';
import { percentile } from '../number.ts';
import type { Finding, HealBench } from './bench.ts';

const mostMs = 20;
const nodes = 3;
const requestsPerSecond = 600;
/** After this long without a request a node counts as let go of. */
const quietMs = 150;

export const drains = async ({ drains: count, signal }: HealBench): Promise<Finding> => {
  const undo: (() => Promise<unknown>)[] = [];
  try {
    const latencies = await measure(count, signal, undo);
    const [p50, p99, most] = [percentile(latencies, 0.5), percentile(latencies, 0.99), Math.max(...latencies)];
    return {
      lines: [
        `commit of a drain → last request routed to that node, ${latencies.length} drains under ${requestsPerSecond} GET/s: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, most ${most.toFixed(1)} ms`,
      ],
      missed: p99 > mostMs ? [`drain obeyed in ${p99.toFixed(1)} ms at p99, ${mostMs} ms wanted`] : [],
    };
  } finally {
    for (const step of undo.reverse()) await step();
  }
};

interface FakeNode {
  readonly id: string;
  readonly url: string;
  readonly lastAtMs: () => number;
  readonly server: Server;
}

const measure = async (
  count: number,
  signal: AbortSignal,
  undo: (() => Promise<unknown>)[],
): Promise<readonly number[]> => {
  const dir = await mkdtemp(join(tmpdir(), 'doctor-monkey-bench-'));
  undo.push(() => rm(dir, { recursive: true, force: true }));
  const redis = await startLocalRedis({ signal });
  undo.push(() => redis.stop());
  const fakes = await Promise.all(Array.from({ length: nodes }, (_, index) => fakeNode(`i-${index}`)));
  undo.push(() => Promise.all(fakes.map(({ server }) => closed(server))));
  const store = connectRedisPool({ name: poolName, url: redis.url, log: silentLog });
  undo.push(() => store.close());
  for (const fake of fakes) await put(store, serving(fake));
  await writeFile(join(dir, 'proxy.yaml'), proxyConfig({ url: redis.url }, dir));
  const proxy = await startDaemon('proxy', {
    args: [builtFile('monkey.js'), 'proxy', '--config', join(dir, 'proxy.yaml')],
    env: { PATH: process.env['PATH'] },
    logFile: join(dir, 'proxy.log'),
    announces: true,
    deadlineMs: 20_000,
  });
  undo.push(proxy.stop);
  const load = startLoad({
    url: `${String(proxy.said?.['listening'])}/`,
    perSecond: requestsPerSecond,
    timeoutMs: 10_000,
    fault: () => undefined,
  });
  undo.push(() => load.stop());
  const latencies: number[] = [];
  for (let drain = 0; drain < count && !signal.aborted; drain += 1) {
    const fake = fakes[drain % nodes];
    if (fake !== undefined) latencies.push(await oneDrain(store, fake));
  }
  return latencies;
};

/** Drains a node that is in use, waits until it is quiet, and puts it back. */
const oneDrain = async (store: PoolStore, fake: FakeNode): Promise<number> => {
  const usedSinceMs = performance.now();
  while (fake.lastAtMs() < usedSinceMs) await pause(5);
  const committedMs = await put(store, { ...serving(fake), state: 'draining', purpose: 'treat', because: 'benchmark' });
  do await pause(quietMs);
  while (performance.now() - fake.lastAtMs() < quietMs);
  const latencyMs = Math.max(0, fake.lastAtMs() - committedMs);
  await put(store, serving(fake));
  return latencyMs;
};

/** Commits a record; returns when the commit was sent, which is before it took effect. */
const put = async (store: PoolStore, node: NodeDraft): Promise<number> => {
  const view = await store.view({ deadlineMs: 2_000 });
  const id = crypto.randomUUID();
  const draft = {
    what: node.state,
    expect: [],
    writes: [{ kind: 'put-node' as const, node: node.state === 'draining' ? { ...node, drain: id } : node }],
    notices: [],
    durable: false,
  };
  const sentMs = performance.now();
  const result = await store.commit(buildCommit(view, draft, id), { deadlineMs: 2_000 });
  if (result.kind !== 'committed') throw new Error(`the benchmark's commit: ${result.because}`);
  return sentMs;
};

const serving = ({ id, url }: FakeNode): NodeDraft => ({
  schema: 1,
  ...{ id, url },
  service: 'bench',
  state: 'serving',
  sinceMs: 0,
  bootId: 'boot',
  session: 'session',
  weight: 1,
  relapses: 0,
  treatmentTimes: [],
  because: 'benchmark',
});

const fakeNode = async (id: string): Promise<FakeNode> => {
  let lastAtMs = 0;
  const server = createServer((_request, response) => {
    lastAtMs = performance.now();
    response.end('meow');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { id, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, lastAtMs: () => lastAtMs, server };
};

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
