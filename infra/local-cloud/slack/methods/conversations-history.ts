import { failed, type Method, ok } from '../method.ts';
import { pageOf } from '../page.ts';
import { historyPaging, shownTo, within } from '../reading.ts';

/** Newest first, without what was said in threads. */
export const conversationsHistory: Method = {
  scopes: ['channels:history', 'groups:history'],
  run: ({ workspace, args }) => {
    const channel = workspace.channels.find(({ id }) => id === args.get('channel'));
    if (channel === undefined) return failed('channel_not_found');
    const said = workspace
      .messages(channel.id)
      .filter(({ ts, thread_ts }) => thread_ts === undefined || thread_ts === ts)
      .filter(within(args))
      .toReversed();
    const page = pageOf(said, args, historyPaging);
    if (page === 'invalid_cursor') return failed(page);
    return ok({
      messages: page.items.map(shownTo(args)),
      has_more: page.cursor !== '',
      pin_count: 0,
      response_metadata: { next_cursor: page.cursor },
    });
  },
};
