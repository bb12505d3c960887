import { draftIn } from '../draft.ts';
import { failed, type Method, ok } from '../method.ts';

/** In a thread where `thread_ts` says so. */
export const chatPostMessage: Method = {
  scopes: ['chat:write'],
  run: ({ workspace, args }) => {
    const channel = workspace.channel(args.get('channel') ?? '');
    if (channel === undefined) return failed('channel_not_found');
    const drafted = draftIn(args);
    if (drafted.kind === 'error') return drafted;
    const threadTs = args.get('thread_ts');
    const message = workspace.post(channel.id, { ...drafted.draft, threadTs: threadTs === '' ? undefined : threadTs });
    return ok({ channel: channel.id, ts: message.ts, message });
  },
};
