import { draftIn } from '../draft.ts';
import { failed, type Method, ok } from '../method.ts';

export const chatUpdate: Method = {
  scopes: ['chat:write'],
  run: ({ workspace, args }) => {
    // Unlike chat.postMessage this one wants the channel's id.
    const channel = workspace.channels.find(({ id }) => id === args.get('channel'));
    if (channel === undefined) return failed('channel_not_found');
    const drafted = draftIn(args);
    if (drafted.kind === 'error') return drafted;
    const message = workspace.update(channel.id, args.get('ts') ?? '', drafted.draft);
    if (message === 'unknown') return failed('message_not_found');
    return ok({ channel: channel.id, ts: message.ts, text: message.text, message });
  },
};
