import type { SlackChannel } from '../message.ts';
import { failed, type Method, ok } from '../method.ts';
import { pageOf } from '../page.ts';
import { described } from './conversations-info.ts';

const paging = { usual: 100, most: 1000, keyOf: ({ id }: SlackChannel): string => id };

export const conversationsList: Method = {
  scopes: ['channels:read', 'groups:read'],
  run: ({ workspace, args }) => {
    const page = pageOf(workspace.channels, args, paging);
    if (page === 'invalid_cursor') return failed(page);
    return ok({
      channels: page.items.map(described),
      response_metadata: { next_cursor: page.cursor },
    });
  },
};
