import type { SlackChannel } from '../message.ts';
import { failed, type Method, ok } from '../method.ts';

/** Takes an id only, as Slack does. */
export const conversationsInfo: Method = {
  scopes: ['channels:read', 'groups:read'],
  run: ({ workspace, args }) => {
    const wanted = args.get('channel');
    const channel = workspace.channels.find(({ id }) => id === wanted);
    return channel === undefined ? failed('channel_not_found') : ok({ channel: described(channel) });
  },
};

export const described = ({ id, name }: SlackChannel) => ({
  ...{ id, name, name_normalized: name },
  ...{ is_channel: true, is_private: false, is_archived: false, is_member: true },
});
