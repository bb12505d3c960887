/**
 * How long `monkey why` takes on a big pool, from connected to decided: in a process that has asked before, and in the
 * command as people run it, where nothing is warm.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { startLocalRedis } from '../../../infra/local-redis/local-redis.ts';
import { pulseOf } from '../../../pool/pulse.ts';
import { poolKeys } from '../../../pool/redis/keys.ts';
import { percentile } from '../number.ts';
import type { Finding, FleetBench } from './bench.ts';
import { ask, type Taken } from './why-ask.ts';

const mostMs = 200;
const pool = 'web';
const nodes = 10_000;
const asks = 20;
const colds = 10;
const commands = 5;

export const whyOfBigPool = async ({ signal }: FleetBench): Promise<Finding> => {
  const redis = await startLocalRedis({ signal });
  try {
    const ids = await fill(redis.url, nodes);
    const beaten = async <T>(once: () => Promise<T>): Promise<T> => {
      await beat(redis.url, ids);
      return await once();
    };
    const asked = ids[Math.floor(ids.length / 2)] ?? '';
    const warm = await times(asks, signal, () => beaten(() => ask(redis.url, pool, asked)));
    const cold = await times(colds, signal, () => beaten(() => askCold(redis.url, asked)));
    const whole = await times(commands, signal, () => beaten(() => command(redis.url, asked)));
    const p99 = percentile(warm.map(msOf), 0.99);
    const coldMs = percentile(cold.map(msOf), 0.5);
    const wholeMs = percentile(whole, 0.5);
    return {
      lines: [
        `why, ${nodes} nodes, ${asks} asks of one process: ${told(warm)}`,
        `why, ${nodes} nodes, the first ask of a process, ${colds} times: ${told(cold)}`,
        `why, ${nodes} nodes, ${commands} commands, connecting included: ${whole.map((ms) => ms.toFixed(0)).join(', ')} ms`,
      ],
      missed: [
        ...over('why in one process, p99', p99),
        ...over("why as a process's first, median", coldMs),
        ...over('why as a command, median', wholeMs),
      ],
    };
  } finally {
    await redis.stop();
  }
};

const times = async <T>(count: number, signal: AbortSignal, once: () => Promise<T>): Promise<readonly T[]> => {
  const all: T[] = [];
  while (all.length < count && !signal.aborted) all.push(await once());
  return all;
};

const msOf = ({ ms }: Taken): number => ms;

const told = (taken: readonly Taken[]): string => {
  const [p50, p99] = [0.5, 0.99].map((rank) => percentile(taken.map(msOf), rank).toFixed(0));
  const cpu = percentile(
    taken.map(({ cpuMs }) => cpuMs),
    0.5,
  );
  return `p50 ${p50} ms, p99 ${p99} ms, CPU p50 ${cpu.toFixed(0)} ms`;
};

const over = (what: string, ms: number): readonly string[] =>
  ms <= mostMs ? [] : [`${what} ${ms.toFixed(0)} ms, ${mostMs} wanted`];

/** The same by a process that does nothing else, and has not done it before. */
const askCold = async (url: string, node: string): Promise<Taken> => {
  const once = new URL('./bench-why.js', import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, [once, url, pool, node]);
  const taken: unknown = JSON.parse(stdout);
  if (!isTaken(taken)) throw new Error('the ask does not say what it took');
  return taken;
};

const isTaken = (value: unknown): value is Taken =>
  value instanceof Object &&
  typeof Reflect.get(value, 'ms') === 'number' &&
  typeof Reflect.get(value, 'cpuMs') === 'number';

/** What the command itself says that it took. */
const command = async (url: string, node: string): Promise<number> => {
  const monkey = new URL('./monkey.js', import.meta.url).pathname;
  const args = [monkey, 'why', node, '--json', '--redis', url, '--pool', pool];
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 24 });
  const answer: unknown = JSON.parse(stdout);
  const tookMs: unknown = answer instanceof Object ? Reflect.get(answer, 'tookMs') : undefined;
  if (typeof tookMs !== 'number') throw new Error('the command does not say how long it took');
  return tookMs;
};

/** A pool as agents would have written it: one commit each, straight into Redis. */
const fill = async (url: string, count: number): Promise<readonly string[]> => {
  const admin = new Redis(url);
  const keys = poolKeys(pool);
  const nowMs = Date.now();
  const ids = Array.from({ length: count }, (_, index) => `i-${index.toString(16).padStart(17, '0')}`);
  const pipeline = admin.pipeline();
  pipeline.set(keys.epoch, 'bench').set(keys.version, String(count)).set(keys.head, 'bench');
  pipeline.hset(keys.policy, { version: '1', atMs: String(nowMs), by: 'bench', source: '{"limits":{"minServing":2}}' });
  for (const [index, id] of ids.entries()) {
    const node = record(id, index, nowMs);
    pipeline.hset(keys.nodes, id, JSON.stringify(node)).rpush(keys.live, node.url).zadd(keys.seen, nowMs, id);
    const beat = { node: id, session: node.session, vitals: vitals(index) };
    pipeline.hset(keys.vitals, id, JSON.stringify(beat)).hset(keys.pulses, id, pulseOf(beat));
  }
  await pipeline.exec();
  admin.disconnect();
  return ids;
};

/** All agents beat, as they do while somebody asks: a pool that has fallen silent is another question. */
const beat = async (url: string, ids: readonly string[]): Promise<void> => {
  const admin = new Redis(url);
  const nowMs = Date.now();
  await admin.zadd(poolKeys(pool).seen, ...ids.flatMap((id) => [nowMs, id]));
  admin.disconnect();
};

const record = (id: string, index: number, nowMs: number) => ({
  ...{
    schema: 1,
    id,
    url: `http://10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}:8080`,
    service: 'web',
  },
  ...{ state: 'serving', sinceMs: nowMs - 86_400_000, because: 'all 3 checks passed', weight: 1, relapses: 0 },
  ...{ bootId: `boot-of-${id}`, session: `session-of-${id}`, treatmentTimes: [nowMs - 200_000_000] },
  remedies: [{ remedy: 'reboot', finding: 'cpu', atMs: nowMs - 200_000_000 }],
  ...{ version: index + 1, commit: `commit-of-${id}` },
});

const vitals = (index: number) => ({
  vitals: {
    cpu: { kind: 'measured', share: 0.2 + (index % 10) / 50, source: 'host', overMs: 30_000 },
    memory: { kind: 'measured', usedShare: 0.4, totalBytes: 8_123_456_789 },
    ...{ load: [0.1, 0.2, 0.3], uptimeSeconds: 123_456 },
  },
  finding: { kind: 'well', because: 'CPU 31.2%; 0 of the last 5 rounds hot, sick at 3 of 5' },
  mode: 'act',
});
