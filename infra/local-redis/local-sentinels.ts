/** A master, a replica and three Sentinels on this machine, each a real process: for tests of a failover. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { type LocalRedis, startLocalRedis } from './local-redis.ts';

export interface LocalSentinelsOptions {
  /** What the Sentinels call the master. */
  readonly name: string;
  /** How long a master may be silent before it is deposed; 1 s unless told. */
  readonly downAfterMs?: number;
  /** Further arguments of master and replica. */
  readonly args?: readonly string[];
}

export interface LocalSentinels {
  readonly name: string;
  readonly master: LocalRedis;
  readonly replica: LocalRedis;
  /** `HOST:PORT` each. */
  readonly sentinels: readonly string[];
  /** Port of the master that the Sentinels name now. */
  readonly masterPort: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

const settleWithinMs = 30_000;

export const startLocalSentinels = async (options: LocalSentinelsOptions): Promise<LocalSentinels> => {
  const started: LocalRedis[] = [];
  const start = async (...given: Parameters<typeof startLocalRedis>): Promise<LocalRedis> => {
    const server = await startLocalRedis(...given);
    started.push(server);
    return server;
  };
  const stop = async (): Promise<void> => {
    for (let last = started.pop(); last !== undefined; last = started.pop()) await last.stop();
  };
  try {
    return { ...(await build(options, start)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

const build = async (
  { name, downAfterMs = 1_000, args = [] }: LocalSentinelsOptions,
  start: typeof startLocalRedis,
): Promise<Omit<LocalSentinels, 'stop'>> => {
  const master = await start({ args: ['--repl-diskless-sync-delay', '0', ...args] });
  const replica = await start({ args: ['--replicaof', '127.0.0.1', String(master.port), ...args] });
  const sentinel = [
    `sentinel monitor ${name} 127.0.0.1 ${master.port} 2`,
    `sentinel down-after-milliseconds ${name} ${downAfterMs}`,
    `sentinel failover-timeout ${name} ${downAfterMs * 5}`,
  ];
  const sentinels = await Promise.all([1, 2, 3].map(() => start({ sentinel })));
  const places = sentinels.map(({ port }) => `127.0.0.1:${port}`);
  for (const { port } of sentinels) await acquainted(port, name);
  return { name, master, replica, sentinels: places, masterPort: () => masterOf(places, name) };
};

/** Until this Sentinel knows the replica and the other two. */
const acquainted = async (port: number, name: string): Promise<void> => {
  const endMs = performance.now() + settleWithinMs;
  while (performance.now() < endMs) {
    const facts = await asking(port, (redis) => redis.call('SENTINEL', 'MASTER', name)).catch(() => []);
    const texts = Array.isArray(facts) ? facts.map(String) : [];
    const fact = (key: string): string | undefined => texts[texts.indexOf(key) + 1];
    if (fact('num-slaves') === '1' && fact('num-other-sentinels') === '2' && fact('flags') === 'master') return;
    await sleep(50);
  }
  throw new Error(`the Sentinel at ${port} does not find its companions within ${settleWithinMs} ms`);
};

const masterOf = async (places: readonly string[], name: string): Promise<number> => {
  const answer = await Promise.any(
    places.map((place) =>
      asking(Number(place.split(':')[1]), (redis) => redis.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name)),
    ),
  );
  return Number(Array.isArray(answer) ? answer[1] : Number.NaN);
};

const asking = async <T>(port: number, ask: (redis: Redis) => Promise<T>): Promise<T> => {
  const redis = new Redis({
    port,
    host: '127.0.0.1',
    enableReadyCheck: false,
    retryStrategy: () => null,
    commandTimeout: 2_000,
  });
  redis.on('error', () => undefined);
  try {
    return await ask(redis);
  } finally {
    redis.disconnect();
  }
};
