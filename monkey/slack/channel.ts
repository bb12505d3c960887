import type { Call } from './call.ts';
import { field, listIn } from './metadata.ts';

/**
 * A channel may be posted to by name, but is read by id only. The answer to a post tells the id; before the first
 * post the list of channels does.
 */
export const newChannel = (given: string, call: Call) => {
  let id = given.startsWith('#') ? undefined : given;
  return {
    learn: (answer: object): void => {
      const told = field(answer, 'channel');
      if (typeof told === 'string') id = told;
    },
    id: async (): Promise<string> => (id ??= await idOf(given.slice(1), call)),
  };
};

const pagesMost = 20;

/** @throws like Slack where there is no such channel */
const idOf = async (name: string, call: Call): Promise<string> => {
  let cursor: string | undefined;
  for (let page = 0; page < pagesMost; page += 1) {
    const answer = await call('conversations.list', {
      ...{ exclude_archived: true, limit: 1_000, types: 'public_channel,private_channel' },
      ...(cursor === undefined ? {} : { cursor }),
    });
    const id = field(
      listIn(answer, 'channels').find((one) => field(one, 'name') === name),
      'id',
    );
    if (typeof id === 'string') return id;
    const next = field(field(answer, 'response_metadata'), 'next_cursor');
    if (typeof next !== 'string' || next === '') break;
    cursor = next;
  }
  throw Object.assign(new Error('channel_not_found'), {
    code: 'slack_webapi_platform_error',
    data: { error: 'channel_not_found' },
  });
};
