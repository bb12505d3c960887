import type { Sought } from '../doctor/ports/messenger.ts';
import type { Call } from './call.ts';
import { field, isNotice, listIn } from './metadata.ts';

/** Redis TIME and Slack's clock may differ by this much. */
const clocksDifferMs = 300_000;
const pageLength = 200;
/** More than this is not looked through: a channel so busy hides the notice from people as well. */
const pagesMost = 10;

/** The `ts` of a notice that was posted, looked up by its metadata in its thread or in the channel. */
export const findNotice = async (
  { notice, thread, sinceMs }: Sought,
  channel: string,
  call: Call,
): Promise<string | undefined> => {
  const oldest = Math.max(0, (sinceMs - clocksDifferMs) / 1_000).toFixed(6);
  const where = { channel, oldest, include_all_metadata: true, limit: pageLength };
  let cursor: string | undefined;
  for (let page = 0; page < pagesMost; page += 1) {
    const paged = cursor === undefined ? where : { ...where, cursor };
    const answer =
      thread === undefined
        ? await call('conversations.history', paged)
        : await call('conversations.replies', { ...paged, ts: thread });
    const found = listIn(answer, 'messages').find((message) => isNotice(message, notice));
    const ts = field(found, 'ts');
    if (typeof ts === 'string') return ts;
    const next = field(field(answer, 'response_metadata'), 'next_cursor');
    if (typeof next !== 'string' || next === '') return undefined;
    cursor = next;
  }
  return undefined;
};
