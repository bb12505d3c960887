import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LogLevel, WebClient, type WebClientOptions } from '@slack/web-api';
import type { LocalCloud } from '../../../../infra/local-cloud/local-cloud.ts';
import type { LocalCloudOptions } from '../../../../infra/local-cloud/options.ts';
import type { SlackHappening } from '../../../../infra/local-cloud/slack/message.ts';
import { cloudOf } from '../cloud.ts';

let cloud: LocalCloud;
const begin = async (options: Partial<LocalCloudOptions> = {}): Promise<void> => {
  cloud = await cloudOf({ nodes: 0, ...options });
};
beforeEach(() => begin());
afterEach(() => cloud.stop());

const again = async (options: Partial<LocalCloudOptions>): Promise<void> => {
  await cloud.stop();
  await begin(options);
};

/** The real client; unless told, it does not try again. */
const slack = (options: WebClientOptions = {}, token: string | undefined = cloud.slackToken): WebClient =>
  new WebClient(token, {
    slackApiUrl: cloud.slackUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logLevel: LogLevel.ERROR,
    logger: {
      debug() {},
      info() {},
      warn() {},
      error() {},
      setLevel() {},
      getLevel: () => LogLevel.ERROR,
      setName() {},
    },
    ...options,
  });
const channel = () => cloud.slackChannel.id;
const post = async (text: string, more: Record<string, unknown> = {}) =>
  (await slack().chat.postMessage({ channel: channel(), text, ...more })).ts!;
const platformError = (error: string) => ({ code: 'slack_webapi_platform_error', data: { ok: false, error } });

describe('messages', () => {
  test('are posted with blocks and metadata, by id or by name, and can be seen', async () => {
    const blocks = [{ type: 'section' as const, text: { type: 'mrkdwn' as const, text: '*meow*' } }];
    const metadata = { event_type: 'notice', event_payload: { id: 'n-1' } };
    const heard: SlackHappening[] = [];
    cloud.onSlackMessage((happening) => heard.push(happening));
    const result = await slack().chat.postMessage({
      channel: `#${cloud.slackChannel.name}`,
      text: 'meow',
      blocks,
      metadata,
    });
    expect(result).toMatchObject({ ok: true, channel: channel(), message: { text: 'meow' } });
    expect(heard).toMatchObject([{ kind: 'posted', message: { text: 'meow', blocks, metadata, ts: result.ts } }]);
    const seen = await (await fetch(`${cloud.ec2Url}/_local/slack/messages`)).json();
    expect(seen).toMatchObject({ messages: [{ text: 'meow', metadata }] });
  });

  test('are updated', async () => {
    const ts = await post('meow');
    await slack().chat.update({ channel: channel(), ts, text: 'purr' });
    expect(cloud.slackMessages()).toMatchObject([{ ts, text: 'purr', edited: {} }]);
    await expect(slack().chat.update({ channel: channel(), ts: '1.000001', text: 'x' })).rejects.toMatchObject(
      platformError('message_not_found'),
    );
  });

  test('form a thread, which is read oldest first and is no part of the history', async () => {
    const parent = await post('found');
    const replies = [await post('drained', { thread_ts: parent }), await post('rebooted', { thread_ts: parent })];
    const other = await post('another');
    const history = await slack().conversations.history({ channel: channel() });
    expect(history.messages?.map(({ ts }) => ts)).toEqual([other, parent]);
    expect(history.messages?.[1]).toMatchObject({ reply_count: 2, thread_ts: parent, latest_reply: replies[1] });
    const thread = await slack().conversations.replies({ channel: channel(), ts: parent });
    expect(thread.messages?.map(({ text }) => text)).toEqual(['found', 'drained', 'rebooted']);
    await expect(slack().conversations.replies({ channel: channel(), ts: '1.000001' })).rejects.toMatchObject(
      platformError('thread_not_found'),
    );
  });

  test('show their metadata to who asks for all of it', async () => {
    const metadata = { event_type: 'notice', event_payload: { id: 'n-1' } };
    await post('meow', { metadata });
    const without = await slack().conversations.history({ channel: channel() });
    expect(without.messages?.[0]).not.toHaveProperty('metadata');
    const all = await slack().conversations.history({ channel: channel(), include_all_metadata: true });
    expect(all.messages?.[0]).toMatchObject({ metadata });
  });

  test('come in pages that nothing posted meanwhile can shift', async () => {
    for (const text of ['1', '2', '3', '4', '5']) await post(text);
    const texts: (string | undefined)[] = [];
    let cursor: string | undefined;
    do {
      const page = await slack().conversations.history({
        channel: channel(),
        limit: 2,
        ...(cursor === undefined ? {} : { cursor }),
      });
      texts.push(...(page.messages ?? []).map(({ text }) => text));
      cursor = page.response_metadata?.next_cursor;
      expect(page.has_more).toBe((cursor ?? '') !== '');
      await post('in between');
    } while ((cursor ?? '') !== '');
    expect(texts).toEqual(['5', '4', '3', '2', '1']);
  });

  test('are found between two times', async () => {
    const [one, two, three] = [await post('1'), await post('2'), await post('3')];
    const between = async (more: Record<string, unknown>) =>
      (await slack().conversations.history({ channel: channel(), ...more })).messages?.map(({ text }) => text);
    expect(await between({ oldest: one })).toEqual(['3', '2']);
    expect(await between({ oldest: two, inclusive: true })).toEqual(['3', '2']);
    expect(await between({ oldest: one, latest: three })).toEqual(['2']);
  });

  test('need something to say, in blocks that are blocks', async () => {
    await expect(post('')).rejects.toMatchObject(platformError('no_text'));
    await expect(post('x', { blocks: 'nonsense' })).rejects.toMatchObject(platformError('invalid_blocks'));
    await expect(post('x', { metadata: { event_type: 1 } })).rejects.toMatchObject(
      platformError('invalid_metadata_format'),
    );
    await expect(post('x'.repeat(40_001))).rejects.toMatchObject(platformError('msg_too_long'));
  });
});

test('auth.test and conversations.list tell who and where we are', async () => {
  expect(await slack().auth.test()).toMatchObject({ ok: true, user: 'doctor-monkey', team: 'local-cloud' });
  await again({ slackChannels: ['one', 'two', 'three'] });
  const names: (string | undefined)[] = [];
  for await (const page of slack().paginate('conversations.list', { limit: 2 })) {
    const { channels } = page as unknown as { channels: { name: string }[] };
    names.push(...channels.map(({ name }) => name));
  }
  expect(names).toEqual(['one', 'two', 'three']);
});

test('conversations.info tells of a channel by its id, and of no other', async () => {
  const info = (id: string) => slack().conversations.info({ channel: id });
  expect(await info(channel())).toMatchObject({ ok: true, channel: { id: channel(), is_archived: false } });
  await expect(info('C0000000000')).rejects.toMatchObject(platformError('channel_not_found'));
});

test('a file arrives whole, in its thread', async () => {
  const thread = await post('found');
  const content = Buffer.from([0, 13, 10, 45, 45, 255, 0]);
  await slack().filesUploadV2({
    channel_id: channel(),
    thread_ts: thread,
    file: content,
    filename: 'flame.svg',
    initial_comment: 'look',
  });
  const message = cloud.slackMessages().at(-1);
  expect(message).toMatchObject({
    thread_ts: thread,
    text: 'look',
    files: [{ name: 'flame.svg', size: content.length }],
  });
  expect(cloud.slackFile(message!.files![0]!.id)).toEqual(content);
});

describe('refusals', () => {
  test('a wrong token, and none', async () => {
    await expect(slack({}, 'xoxb-wrong').auth.test()).rejects.toMatchObject(platformError('invalid_auth'));
    const bare = new WebClient(undefined, { slackApiUrl: cloud.slackUrl, retryConfig: { retries: 0 } });
    await expect(bare.auth.test()).rejects.toMatchObject(platformError('not_authed'));
  });

  test('a channel that there is not', async () => {
    await expect(slack().chat.postMessage({ channel: 'C0', text: 'x' })).rejects.toMatchObject(
      platformError('channel_not_found'),
    );
    await expect(slack().conversations.history({ channel: 'C0' })).rejects.toMatchObject(
      platformError('channel_not_found'),
    );
  });

  test('a method that there is not', async () => {
    await expect(slack().apiCall('moon.buy')).rejects.toMatchObject(platformError('unknown_method'));
  });

  test('a scope that the token has not, by its name', async () => {
    await again({ slackScopes: ['channels:read'] });
    await expect(slack().chat.postMessage({ channel: channel(), text: 'x' })).rejects.toMatchObject({
      data: { error: 'missing_scope', needed: 'chat:write', provided: 'channels:read' },
    });
  });

  test('more posts than a channel bears: 429 with the time to wait, until it has passed', async () => {
    await again({ slackPostRate: { burst: 2, perSecond: 0.2 } });
    await post('1');
    await post('2');
    await expect(post('3')).rejects.toMatchObject({
      ...{ code: 'slack_webapi_rate_limited_error', retryAfter: expect.any(Number) },
    });
    const patient = slack({ rejectRateLimitedCalls: false, retryConfig: { retries: 3, minTimeout: 10 } });
    await patient.chat.postMessage({ channel: channel(), text: 'waited' });
    expect(cloud.slackMessages().map(({ text }) => text)).toEqual(['1', '2', 'waited']);
  });
});
