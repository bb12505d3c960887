/**
 * The proxy under load for minutes, while nodes leave and return, nodes die, and clients abort: its memory stays flat,
 * nothing fails that could have been saved, and all that it counts adds up.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startLocalRedis } from '../../../infra/local-redis/local-redis.ts';
import { builtFile } from '../../../monkey/cli/demo/built.ts';
import { type Daemon, startDaemon } from '../../../monkey/cli/demo/daemon.ts';
import { type LoadCounts, type LoadOptions, startLoad } from '../../../monkey/cli/demo/load.ts';
import { poolName, proxyConfig } from '../../../monkey/cli/demo/settings.ts';
import { silentLog } from '../../../pool/log.ts';
import { connectRedisPool } from '../../../pool/redis/redis-pool.ts';
import { flagsOfUnit } from '../proxy/contenders.ts';
import { rssMiBOfAll } from '../proxy/pinned.ts';
import { blanks } from '../proxy/slow-path.ts';
import { startAborting } from './aborting.ts';
import { countersIn, discrepancies, growth, type Seen } from './counters.ts';
import { type SoakNode, soakNode } from './nodes.ts';

const nodes = 4;
/** On each path; every other of those that abort is on the slow one. */
const getsPerSecond = { fast: 250, slow: 50 };
const postsPerSecond = { fast: 20, slow: 10 };
const abortsPerSecond = 30;
/** A POST that had been sent to a node that died. */
const diedUnderway = /^status 502: .*"because":"(?:reset|cut)"/;

export interface SoakBench {
  readonly minutes: number;
  readonly signal: AbortSignal;
}

export const soak = async ({ minutes, signal }: SoakBench): Promise<readonly string[]> => {
  const undo: (() => Promise<unknown>)[] = [];
  try {
    const stage = await set(signal, undo);
    return await play(stage, minutes, signal);
  } finally {
    for (const step of undo.reverse()) await step();
  }
};

interface SoakStage {
  readonly proxy: Daemon;
  readonly url: string;
  readonly metrics: () => Promise<string>;
  readonly nodes: readonly SoakNode[];
}

const set = async (signal: AbortSignal, undo: (() => Promise<unknown>)[]): Promise<SoakStage> => {
  const dir = await mkdtemp(join(tmpdir(), 'doctor-monkey-soak-'));
  undo.push(() => rm(dir, { recursive: true, force: true }));
  const redis = await startLocalRedis({ signal });
  undo.push(() => redis.stop());
  const store = connectRedisPool({ name: poolName, url: redis.url, log: silentLog });
  undo.push(() => store.close());
  const all: SoakNode[] = [];
  for (let index = 0; index < nodes; index += 1) {
    const node = await soakNode(`i-${index}`, store, signal);
    undo.push(node.stop);
    all.push(node);
  }
  await writeFile(join(dir, 'proxy.yaml'), proxyConfig({ url: redis.url }, dir));
  const proxy = await startDaemon('proxy', {
    args: [...flagsOfUnit, builtFile('monkey.js'), 'proxy', '--config', join(dir, 'proxy.yaml')],
    env: { PATH: process.env['PATH'] },
    logFile: join(dir, 'proxy.log'),
    announces: true,
    deadlineMs: 20_000,
  });
  undo.push(proxy.stop);
  const admin = String(proxy.said?.['admin']);
  const metrics = async () => (await fetch(`${admin}/metrics`, { signal: AbortSignal.timeout(10_000) })).text();
  return { proxy, url: String(proxy.said?.['listening']), metrics, nodes: all };
};

const play = async (stage: SoakStage, minutes: number, signal: AbortSignal): Promise<readonly string[]> => {
  const common = { timeoutMs: 20_000, keptFailures: 100_000 };
  const whole = (bytes: number) => (_status: number, body: string) =>
    body.length === bytes ? undefined : 'wrong body';
  const get = { ...common, url: `${stage.url}/get-1k`, fault: whole(1_024) };
  const post = { ...common, url: `${stage.url}/post-64k`, body: Buffer.alloc(65_536, 'x'), fault: whole(2) };
  const gets = bothPaths(get, getsPerSecond);
  const posts = bothPaths(post, postsPerSecond);
  const aborts = startAborting(`${stage.url}/get-1m`, abortsPerSecond);
  const rss = await disturb(stage, minutes, signal);
  const aborted = await aborts.stop();
  const [got, posted] = [await gets(), await posts()];
  const died = posted.failures.filter((failure) => diedUnderway.test(failure)).length;
  const failedOtherwise = got.failed + posted.failed - died;
  const seen: Seen = { ok: got.ok + posted.ok, failed502: died, failedOtherwise, aborted };
  await pause(500);
  const counters = countersIn(await stage.metrics());
  const grown = growth(rss);
  const sent = got.sent + posted.sent + aborted;
  const rssNow = `${(rss[0] ?? 0).toFixed(1)} at the start, ${Math.max(...rss).toFixed(1)} at most, ${(rss.at(-1) ?? 0).toFixed(1)} at the end`;
  process.stdout.write(
    `${minutes} min: ${sent} requests; ${seen.ok} answered, ${died} POSTs died with their nodes (502), ${aborted} aborted by clients, ${failedOtherwise} failed otherwise; p99 of GET ${got.p99Ms.toFixed(1)} ms\nRSS in MiB: ${rssNow}\ncounted by the proxy: ${JSON.stringify(counters)}\n`,
  );
  const needless = [...got.failures, ...posted.failures.filter((failure) => !diedUnderway.test(failure))];
  return [
    ...(needless.length > 0 ? [`${needless.length} requests failed that need not: ${needless[0] ?? ''}`] : []),
    ...discrepancies(counters, seen),
    ...(grown === undefined ? [] : [grown]),
  ];
};

type PerSecond = Readonly<Record<'fast' | 'slow', number>>;

/** One load on each path of the proxy. Returns what ends both and adds them up. */
const bothPaths = (options: Omit<LoadOptions, 'perSecond'>, perSecond: PerSecond): (() => Promise<LoadCounts>) => {
  const fast = startLoad({ ...options, perSecond: perSecond.fast });
  const slow = startLoad({ ...options, perSecond: perSecond.slow, headers: blanks });
  return async () => {
    const [one, other] = [await fast.stop(), await slow.stop()];
    return {
      ...{ sent: one.sent + other.sent, ok: one.ok + other.ok, failed: one.failed + other.failed },
      ...{ p50Ms: Math.max(one.p50Ms, other.p50Ms), p99Ms: Math.max(one.p99Ms, other.p99Ms) },
      failures: [...one.failures, ...other.failures],
    };
  };
};

/** Every three seconds something happens to a node; returns samples of the proxy's memory in MiB. */
const disturb = async (stage: SoakStage, minutes: number, signal: AbortSignal): Promise<readonly number[]> => {
  const untilMs = performance.now() + minutes * 60_000;
  const rss: number[] = [];
  for (let turn = 0; performance.now() < untilMs && !signal.aborted; turn += 1) {
    const node = stage.nodes[turn % nodes];
    const begunMs = performance.now();
    await (turn % 2 === 0 ? node?.crash() : node?.leaveAndReturn());
    rss.push(await rssMiBOfAll(stage.proxy.pid));
    const leftS = Math.max(0, Math.round((untilMs - performance.now()) / 1_000));
    process.stderr.write(
      `  ${turn % 2 === 0 ? 'killed' : 'drained'} i-${turn % nodes}, ${rss.at(-1)?.toFixed(1) ?? ''} MiB, ${leftS} s left\n`,
    );
    await pause(Math.max(0, begunMs + 3_000 - performance.now()), undefined, { signal });
  }
  return rss;
};
