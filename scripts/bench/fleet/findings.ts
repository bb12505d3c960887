/** A thousand nodes found sick in one moment: are all answered in time, and is all that was to be told told? */
import { startLocalCloud } from '../../../infra/local-cloud/start.ts';
import { startLocalRedis } from '../../../infra/local-redis/local-redis.ts';
import { startController } from '../../../monkey/controller/wiring.ts';
import { silentLog } from '../../../pool/log.ts';
import type { PolicySource } from '../../../pool/policy.ts';
import { connectRedisPool } from '../../../pool/redis/redis-pool.ts';
import type { OutboxCounts, PoolStore } from '../../../pool/store.ts';
import { idOf, seedPool, sickRound } from './agents.ts';
import type { Finding, FleetBench } from './bench.ts';

const mostMs = 5_000;
/** Agents of one process share connections; on a fleet each has its own. */
const agentsAStore = 25;
const toldMostMs = 300_000;
const limits = { deadlineMs: 20_000 };

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

const findingsOf = async ({ nodes, signal }: FleetBench, { name, beatShare }: Case): Promise<Finding> => {
  const redis = await startLocalRedis({ signal });
  const cloud = await startLocalCloud({ nodes: 0 }, { log: silentLog });
  const open = (): PoolStore => connectRedisPool({ name: 'bench', url: redis.url, log: silentLog });
  const stores = Array.from({ length: Math.ceil(nodes / agentsAStore) }, open);
  const [first] = stores;
  const told = open();
  try {
    if (first === undefined) throw new Error('no nodes');
    await seedPool(first, nodes, policy, beatShare);
    await Promise.all(stores.map((store) => store.view(limits)));
    const { token, apiUrl, channel } = {
      token: cloud.slackToken,
      apiUrl: cloud.slackUrl,
      channel: cloud.slackChannel.id,
    };
    const controller = await startController(
      { urlRules: { allowedNetworks: [] }, slack: { token, apiUrl, channel }, mode: 'observe' },
      { store: told, log: silentLog },
    );
    const before = await first.view(limits);
    const beganMs = performance.now();
    const answered = await allAnswered(stores, nodes);
    const tookMs = performance.now() - beganMs;
    const after = await first.view(limits);
    const admitted = [...after.nodes.values()].filter(({ state }) => state === 'draining').length;
    const counts = await untilTold(first, signal);
    await controller.stop();
    const posts = cloud.calls().filter(({ service, name: call }) => service === 'slack' && call === 'chat.postMessage');
    const limited = posts.filter(({ outcome }) => outcome === 'ratelimited').length;
    return judged(name, nodes, {
      ...{ tookMs, admitted, refused: answered - admitted, commits: after.version - before.version, told: counts },
      ...{ posts: posts.length, limited, messages: cloud.slackMessages().length },
    });
  } finally {
    for (const store of [...stores, told]) await store.close();
    await cloud.stop();
    await redis.stop();
  }
};

/** How many were admitted, or refused and told so. */
const allAnswered = async (stores: readonly PoolStore[], nodes: number): Promise<number> => {
  const rounds = await Promise.allSettled(
    Array.from({ length: nodes }, async (_, at) => {
      const store = stores[at % stores.length];
      if (store === undefined) throw new Error('no store');
      const { toldCauses } = await sickRound(store, at, mostMs * 4);
      if (toldCauses.size > 0) return true;
      return (
        (await store.beat({ node: idOf(at), session: `session-${String(at)}`, vitals: {} }, limits)).record?.state ===
        'draining'
      );
    }),
  );
  const failed = rounds.filter(({ status }) => status === 'rejected');
  if (failed.length > 0)
    process.stderr.write(`${failed.length} rounds failed: ${String(Reflect.get(failed[0] ?? {}, 'reason'))}\n`);
  return rounds.filter((one) => one.status === 'fulfilled' && one.value).length;
};

const untilTold = async (
  store: PoolStore,
  signal: AbortSignal,
): Promise<OutboxCounts & { readonly tookMs: number }> => {
  const beganMs = performance.now();
  for (;;) {
    const counts = await store.outboxCounts(limits);
    const tookMs = performance.now() - beganMs;
    if (counts.waiting === 0 || tookMs > toldMostMs || signal.aborted) return { ...counts, tookMs };
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
};

interface Seen {
  readonly tookMs: number;
  readonly admitted: number;
  readonly refused: number;
  readonly commits: number;
  readonly told: OutboxCounts & { readonly tookMs: number };
  readonly posts: number;
  readonly limited: number;
  readonly messages: number;
}

const judged = (name: string, nodes: number, seen: Seen): Finding => {
  const { tookMs, admitted, refused, commits, told, posts, limited, messages } = seen;
  const seconds = (ms: number): string => (ms / 1_000).toFixed(2);
  const misses: readonly (readonly [boolean, string])[] = [
    [admitted + refused < nodes, `${admitted + refused} of ${nodes} answered`],
    [tookMs > mostMs, `${nodes} answered in ${seconds(tookMs)} s, ${mostMs / 1_000} s wanted`],
    [commits > nodes, `${commits} commits for ${nodes} findings`],
    [
      told.waiting > 0 || told.lost > 0 || told.delivered < told.written,
      `${told.waiting} notices wait, ${told.lost} lost`,
    ],
    [limited > 0, `Slack limited ${limited} of ${posts} calls`],
  ];
  return {
    lines: [
      `${nodes} findings at once, ${name}:`,
      `  ${admitted} admitted, ${refused} refused, all answered in ${seconds(tookMs)} s; ${commits} commits`,
      `  ${told.written} notices written, ${told.delivered} delivered, ${told.waiting} waiting, ${told.lost} lost`,
      `  ${messages} messages in ${posts} calls of Slack, ${limited} limited, the last ${seconds(told.tookMs)} s after the answers`,
    ],
    missed: misses.filter(([missed]) => missed).map(([, because]) => because),
  };
};
