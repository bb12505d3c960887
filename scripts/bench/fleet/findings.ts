/** A thousand nodes found sick in one moment: are all answered in time, and is all that was to be told told? */
import { startLocalCloud } from '../../../infra/local-cloud/start.ts';
import { type LocalRedis, startLocalRedis } from '../../../infra/local-redis/local-redis.ts';
import { startController } from '../../../monkey/controller/wiring.ts';
import { silentLog } from '../../../pool/log.ts';
import type { PolicySource } from '../../../pool/policy.ts';
import { connectRedisPool } from '../../../pool/redis/redis-pool.ts';
import type { OutboxCounts, PoolStore } from '../../../pool/store.ts';
import { cpuMsOf } from '../cpu-of.ts';
import { idOf, seedPool, sickRound } from './agents.ts';
import type { Finding, FleetBench } from './bench.ts';
import { judged, type Told } from './findings-judged.ts';
import { rawReads } from './raw-reads.ts';

const pool = 'bench';
const callMs = 20_000;
const toldMostMs = 300_000;
const limits = { deadlineMs: callMs };

const policy: PolicySource = {
  vitals: { rounds: { sick: 1, of: 1 }, grace: '0s', check: { act: 'off' } },
  limits: { out: { number: 10 }, reboots: { pool: 100 } },
};

interface Case {
  readonly name: string;
  /** What the last beats of all have told. */
  readonly beatShare: number;
}
const cases: readonly Case[] = [
  { name: 'all hot by their beats as well (heat refuses)', beatShare: 0.98 },
  { name: 'found before any beat told of it (10 may be out)', beatShare: 0.3 },
];

export const findings = async (bench: FleetBench): Promise<Finding> => {
  const found: Finding[] = [];
  for (const one of cases) if (!bench.signal.aborted) found.push(await findingsOf(bench, one));
  return { lines: found.flatMap(({ lines }) => lines), missed: found.flatMap(({ missed }) => missed) };
};

const findingsOf = async (bench: FleetBench, { name, beatShare }: Case): Promise<Finding> => {
  const redis = await startLocalRedis({ signal: bench.signal });
  const cloud = await startLocalCloud({ nodes: 0 }, { log: silentLog });
  const open = (): PoolStore => connectRedisPool({ name: pool, url: redis.url, log: silentLog });
  // The agents' reads are shared where they meet, as within any one process; the controller has a process of its own.
  const agents = open();
  const forController = open();
  try {
    await seedPool(agents, bench.nodes, policy, beatShare);
    const raw = await rawReads(redis, pool, bench.nodes);
    const slack = { token: cloud.slackToken, apiUrl: cloud.slackUrl, channel: cloud.slackChannel.id };
    const controller = await startController(
      { urlRules: { allowedNetworks: [] }, slack, mode: 'observe' },
      { store: forController, log: silentLog },
    );
    try {
      const answers = await answersOf(agents, redis, bench.nodes);
      const told = await untilTold(agents, bench.signal);
      const posts = cloud.calls().filter((call) => call.service === 'slack' && call.name === 'chat.postMessage');
      const limited = posts.filter(({ outcome }) => outcome === 'ratelimited').length;
      const messages = cloud.slackMessages().length;
      return judged(name, bench.nodes, { raw, ...answers, told, posts: posts.length, limited, messages });
    } finally {
      await controller.stop();
    }
  } finally {
    for (const store of [agents, forController]) await store.close();
    await cloud.stop();
    await redis.stop();
  }
};

/** What a commit came to, counted. */
const counting = (store: PoolStore) => {
  const conflicts: string[] = [];
  const counted: PoolStore = {
    ...store,
    commit: async (commit, within) => {
      const result = await store.commit(commit, within);
      if (result.kind === 'conflict') conflicts.push(result.because);
      return result;
    },
  };
  return { counted, conflicts };
};

/** All are found sick at once; how many were admitted, or refused and told so, and what it took. */
const answersOf = async (store: PoolStore, redis: LocalRedis, nodes: number) => {
  const { counted, conflicts } = counting(store);
  const before = await store.view(limits);
  const cpu = process.cpuUsage();
  const redisCpuMs = await cpuMsOf(redis.pid);
  const beganMs = performance.now();
  const rounds = await Promise.allSettled(
    Array.from({ length: nodes }, async (_, at) => (await sickRound(counted, at, callMs)).toldCauses.size > 0),
  );
  const tookMs = performance.now() - beganMs;
  const { user, system } = process.cpuUsage(cpu);
  const redisTookMs = (await cpuMsOf(redis.pid)) - redisCpuMs;
  const after = await store.view(limits);
  const failed = rounds.find((round) => round.status === 'rejected');
  if (failed !== undefined) process.stderr.write(`a round failed: ${String(failed.reason)}\n`);
  return {
    tookMs,
    refused: rounds.filter((round) => round.status === 'fulfilled' && round.value).length,
    admitted: Array.from({ length: nodes }, (_, at) => after.nodes.get(idOf(at))?.state).filter(
      (state) => state === 'draining',
    ).length,
    commits: after.version - before.version,
    conflicts: conflicts.length,
    cpuMs: (user + system) / 1_000,
    redisCpuMs: redisTookMs,
  };
};

/** The outbox once it is empty, or when that takes too long. */
const untilTold = async (store: PoolStore, signal: AbortSignal): Promise<Told> => {
  const beganMs = performance.now();
  for (;;) {
    const counts: OutboxCounts = await store.outboxCounts(limits);
    const tookMs = performance.now() - beganMs;
    if (counts.waiting === 0 || tookMs > toldMostMs || signal.aborted) return { ...counts, tookMs };
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
};
