import type { SlackChannel } from '../message.ts';
import { failed, type Method, ok } from '../method.ts';
import { pageOf } from '../page.ts';

const paging = { usual: 100, most: 1000, keyOf: ({ id }: SlackChannel): string => id };

export const conversationsList: Method = {
  scopes: ['channels:read', 'groups:read'],
  run: ({ workspace, args }) => {
    const page = pageOf(workspace.channels, args, paging);
    if (page === 'invalid_cursor') return failed(page);
    return ok({
      channels: page.items.map(({ id, name }) => ({
        id,
        name,
        name_normalized: name,
        is_channel: true,
        is_private: false,
        is_archived: false,
        is_member: true,
      })),
      response_metadata: { next_cursor: page.cursor },
    });
  },
};
