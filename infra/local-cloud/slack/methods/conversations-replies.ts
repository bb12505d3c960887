import { failed, type Method, ok } from '../method.ts';
import { pageOf } from '../page.ts';
import { historyPaging, shownTo, within } from '../reading.ts';

/** A thread, oldest first, with the message that began it. */
export const conversationsReplies: Method = {
  scopes: ['channels:history', 'groups:history'],
  run: ({ workspace, args }) => {
    const channel = workspace.channels.find(({ id }) => id === args.get('channel'));
    if (channel === undefined) return failed('channel_not_found');
    const asked = args.get('ts') ?? '';
    const messages = workspace.messages(channel.id);
    const began = messages.find(({ ts }) => ts === asked);
    if (began === undefined) return failed('thread_not_found');
    // Slack takes any message of a thread here, and answers with the whole.
    const thread = began.thread_ts ?? began.ts;
    const said = messages
      .filter(({ ts, thread_ts }) => ts === thread || thread_ts === thread)
      .filter((message) => message.ts === thread || within(args)(message));
    const page = pageOf(said, args, historyPaging);
    if (page === 'invalid_cursor') return failed(page);
    return ok({
      messages: page.items.map(shownTo(args)),
      has_more: page.cursor !== '',
      response_metadata: { next_cursor: page.cursor },
    });
  },
};
