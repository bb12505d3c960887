import { whyOf } from '../../../monkey/doctor/why/why.ts';
import { connectRedisPool } from '../../../pool/redis/redis-pool.ts';
import { withWholeBeats } from '../../../pool/whole-beats.ts';

export interface Taken {
  readonly ms: number;
  readonly cpuMs: number;
}

const limits = { deadlineMs: 10_000 };

/** What the command asks and decides, by one client that is connected before the clock starts. */
export const ask = async (url: string, pool: string, node: string): Promise<Taken> => {
  const store = connectRedisPool({ name: pool, url, once: true });
  try {
    await store.outboxCounts(limits);
    const cpu = process.cpuUsage();
    const startedMs = performance.now();
    const [view, beats, incidents] = await Promise.all([
      store.view(limits),
      store.beats([node], limits),
      store.incidents(100, limits),
    ]);
    const record = view.nodes.get(node);
    if (record === undefined) throw new Error(`the pool has no ${node}`);
    const why = whyOf(withWholeBeats(view, beats), record, { incidents, viewAgeMs: 0 });
    if (why.guards.length === 0) throw new Error('no guard was asked');
    const { user, system } = process.cpuUsage(cpu);
    return { ms: performance.now() - startedMs, cpuMs: (user + system) / 1_000 };
  } finally {
    await store.close();
  }
};
