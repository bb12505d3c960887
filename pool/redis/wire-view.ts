/*
 * Reads a whole pool for a command, which reads once and ends: its program is still cold, and what the client library does
 * for each of tens of thousands of texts costs it more than all else. Redis is asked the same as ever.
 *
 * INVARIANTS
 * - It yields what the plain reading would have, or nothing: then the plain reading tells what is wrong.
 * - All of it is done within its limits; nothing is asked after them.
 */
import type { Redis } from 'ioredis';
import type { Clock } from '../clock.ts';
import type { RawView } from '../parse-view.ts';
import type { Limits } from '../store.ts';
import { within } from '../within.ts';
import { transactionOn } from './borrowed-stream.ts';
import type { PoolKeys } from './keys.ts';
import { rawViewOf, viewCommands, wrongType } from './read-view.ts';
import type { Reply, ReplyError } from './resp.ts';

/**
 * @param redis a connection for nothing but this
 * @param meanwhile is called once Redis has been asked, which has something to do for some time
 */
export const readWireView = async (
  redis: Redis,
  keys: PoolKeys,
  clock: Pick<Clock, 'monotonicMs'>,
  limits: Limits,
  meanwhile: () => void = () => undefined,
): Promise<RawView | undefined> =>
  within(limits, async (signal) => {
    // What the library asks of its own accord once it has connected is answered by then.
    await redis.call('time');
    signal.throwIfAborted();
    const readAtMs = clock.monotonicMs();
    const answer = transactionOn(redis.stream, viewCommands(keys), signal);
    meanwhile();
    const replies = await answer;
    if (replies === undefined) return undefined;
    return rawViewOf((index) => {
      const reply = replies[index] ?? null;
      return isError(reply) ? wrongType(reply.because) : reply;
    }, readAtMs);
  });

const isError = (reply: Reply): reply is ReplyError =>
  typeof reply === 'object' && reply !== null && 'kind' in reply && reply.kind === 'reply-error';
