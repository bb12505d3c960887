import type { Redis } from 'ioredis';
import type { WaitingNotice } from '../notice.ts';
import { parseIncident, parseWaiting } from '../parse-notice.ts';
import type { Incident, OutboxCounts } from '../store.ts';
import type { PoolKeys } from './keys.ts';
import { allOf, entriesOf, hashOf, listOf, textsOf } from './replies.ts';

/** The oldest waiting notices, with the letters that were begun as they stood at the same moment. */
export const readOutbox = async (redis: Redis, keys: PoolKeys, most: number): Promise<readonly WaitingNotice[]> => {
  const replies = await redis.multi().xrange(keys.outbox, '-', '+', 'COUNT', most).hgetall(keys.attempts).exec();
  const [entries, attempts] = allOf(replies);
  return entriesOf(entries).map(([entry, fields]) => parseWaiting(entry, fields, hashOf(attempts)));
};

export const readCounts = async (redis: Redis, keys: PoolKeys): Promise<OutboxCounts> => {
  const replies = await redis
    .multi()
    .hmget(keys.outboxCounts, 'written', 'delivered', 'lost', 'pagesDelivered', 'pagesLost')
    .xlen(keys.outbox)
    .xlen(keys.pages)
    .exec();
  const [counts, waiting, pagesWaiting] = allOf(replies);
  const [written = 0, delivered = 0, lost = 0, pagesDelivered = 0, pagesLost = 0] = listOf(counts).map(
    (count) => Number(count ?? 0) || 0,
  );
  const pages = { delivered: pagesDelivered, waiting: Number(pagesWaiting ?? 0), lost: pagesLost };
  return { written, delivered, waiting: Number(waiting ?? 0), lost, pages };
};

/** The oldest notices that wait for the pager. */
export const readPages = async (redis: Redis, keys: PoolKeys, most: number): Promise<readonly WaitingNotice[]> =>
  entriesOf(await redis.xrange(keys.pages, '-', '+', 'COUNT', most)).map(([entry, fields]) =>
    parseWaiting(entry, fields),
  );

/** From the incidents script's answer, a list of `[id, head, entry, …]`. */
export const readIncidents = (answer: unknown): readonly Incident[] =>
  listOf(answer)
    .map((story) => {
      const [id = '', head = '', ...entries] = textsOf(story);
      return parseIncident(id, head, entries);
    })
    .filter((incident) => incident !== undefined);
