import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { LocalCloud } from '../../../infra/local-cloud/local-cloud.ts';
import { startLocalCloud } from '../../../infra/local-cloud/start.ts';
import { section } from '../../../monkey/doctor/report/message.ts';
import { render } from '../../../monkey/doctor/report/render.ts';
import { newSlackMessenger, type SlackOptions } from '../../../monkey/slack/slack-messenger.ts';
import { closedPort } from '../../support/canned-server.ts';
import { limits, messengerContract, words } from './messenger.contract.ts';

const start = () => startLocalCloud({ nodes: 0, slackPostRate: { perSecond: 1_000, burst: 1_000 } });

const accessTo = ({ slackToken: token, slackChannel, slackUrl: apiUrl }: LocalCloud): SlackOptions => ({
  ...{ token, apiUrl, channel: slackChannel.id },
});

messengerContract('SlackMessenger', async () => {
  const cloud = await start();
  return {
    messenger: newSlackMessenger(accessTo(cloud)),
    seen: () => cloud.slackMessages().map(({ text, ts, thread_ts }) => ({ text, id: ts, thread: thread_ts })),
    loseReply: () => cloud.faults.inject({ kind: 'lose-reply', call: 'chat.postMessage' }),
    close: cloud.stop,
  };
});

describe('SlackMessenger', () => {
  let cloud: LocalCloud;
  beforeAll(async () => {
    cloud = await start();
  });
  afterEach(() => cloud.faults.undoAll());
  afterAll(() => cloud.stop());
  const messenger = (part: Partial<SlackOptions> = {}) => newSlackMessenger({ ...accessTo(cloud), ...part });
  const post = (part: Partial<SlackOptions> = {}, notice = 'n-1') =>
    messenger(part).post({ notice, message: words('hello') }, limits);

  test('sends blocks, the words for where they cannot be shown, and the notice as metadata', async () => {
    const message = render({ id: 'n-7', kind: 'sick', node: 'i-1', text: 'i-1 is sick.', urgency: 'info' });
    await messenger().post({ notice: 'n-7', message }, limits);
    expect(cloud.slackMessages().at(-1)).toMatchObject({
      text: message.text,
      metadata: { event_type: 'doctor_monkey_notice', event_payload: { notice: 'n-7' } },
      blocks: [expect.objectContaining({ type: 'section' }), expect.objectContaining({ type: 'context' })],
    });
  });

  test('says how long Slack asks to wait, and does not wait itself', async () => {
    cloud.faults.inject({ kind: 'slack-rate-limited', retryAfterSeconds: 7, times: 1 });
    expect(await post()).toEqual({ kind: 'limited', retryAfterMs: 7_000 });
  });

  test('is told what a human must see to: token, channel, scope', async () => {
    expect(await post({ token: 'xoxb-wrong' })).toEqual({ kind: 'refused', what: 'access', code: 'invalid_auth' });
    expect(await post({ token: '' })).toEqual({ kind: 'refused', what: 'access', code: 'not_authed' });
    expect(await post({ channel: 'C0000000000' })).toMatchObject({ what: 'access', code: 'channel_not_found' });
    cloud.faults.inject({ kind: 'slack-missing-scope', scope: 'chat:write', times: 1 });
    expect(await post()).toMatchObject({ what: 'access', code: 'missing_scope' });
  });

  test('is told which message is not taken', async () => {
    const blocks = Array.from({ length: 51 }, () => section(['x']));
    const answer = await messenger().post({ notice: 'n-8', message: { text: 'x', blocks } }, limits);
    expect(answer).toMatchObject({ kind: 'refused', what: 'message' });
  });

  test('takes trouble on the side of Slack for trouble that passes', async () => {
    cloud.faults.inject({ kind: 'slack-down', times: 1 });
    expect(await post()).toEqual({ kind: 'away', because: 'HTTP status 503' });
    expect((await post()).kind).toBe('posted');
  });

  test('gives a call up at its deadline, and the request with it', async () => {
    cloud.faults.inject({ kind: 'delay-reply', call: 'chat.postMessage', ms: 60_000 });
    const answer = await messenger().post({ notice: 'n-9', message: words('late') }, { deadlineMs: 200 });
    expect(answer).toEqual({ kind: 'away', because: 'no answer in time' });
  });

  test('gives a call up when it is told to', async () => {
    cloud.faults.inject({ kind: 'delay-reply', call: 'conversations.history', ms: 60_000 });
    const stop = new AbortController();
    const looking = messenger().find({ notice: 'n-9', sinceMs: 0 }, { ...limits, signal: stop.signal });
    stop.abort();
    expect((await looking).kind).toBe('away');
  });

  test('finds a notice in a channel that is known by its name, before and after the first post', async () => {
    await post({}, 'n-10');
    const byName = messenger({ channel: `#${cloud.slackChannel.name}` });
    expect((await byName.find({ notice: 'n-10', sinceMs: Date.now() - 60_000 }, limits)).kind).toBe('found');
    await byName.post({ notice: 'n-11', message: words('by name') }, limits);
    expect((await byName.find({ notice: 'n-11', sinceMs: Date.now() - 60_000 }, limits)).kind).toBe('found');
  });

  test('looks through more than one page', async () => {
    await post({}, 'n-deep');
    for (let at = 0; at < 230; at += 1)
      await messenger().post({ notice: `n-over-${at}`, message: words('over') }, limits);
    expect((await messenger().find({ notice: 'n-deep', sinceMs: Date.now() - 60_000 }, limits)).kind).toBe('found');
  }, 120_000);

  test('is told that a thread is gone', async () => {
    const gone = { notice: 'n-12', thread: '1600000000.000001', sinceMs: Date.now() };
    expect(await messenger().find(gone, limits)).toEqual({ kind: 'refused', what: 'thread', code: 'thread_not_found' });
  });
});

describe('where something else than Slack answers', () => {
  let server: Server;
  let answer: { status: number; body: string; headers?: Record<string, string> } = { status: 200, body: '' };
  beforeAll(async () => {
    server = createServer((_, response) => response.writeHead(answer.status, answer.headers).end(answer.body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const post = (apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`) =>
    newSlackMessenger({ token: 'xoxb-1', channel: 'C1', apiUrl }).post({ notice: 'n', message: words('x') }, limits);

  test.each([
    ['a page of a proxy', { status: 200, body: '<html>log in</html>' }, { kind: 'away' }],
    ['nothing', { status: 200, body: '' }, { kind: 'away' }],
    ['another address', { status: 302, body: '', headers: { location: 'http://127.0.0.1:1/' } }, { kind: 'away' }],
    ['a wrong address', { status: 404, body: 'no' }, { kind: 'refused', what: 'access', code: 'http-404' }],
    ['a limit without a time', { status: 429, body: '' }, { kind: 'limited' }],
    ['an error of its own', { status: 500, body: 'oh' }, { kind: 'away' }],
    ['an error unknown to us', { status: 200, body: '{"ok":false,"error":"blue_moon"}' }, { what: 'unknown' }],
    ['an error of Slack', { status: 200, body: '{"ok":false,"error":"fatal_error"}' }, { kind: 'away' }],
    ['a post without its ts', { status: 200, body: '{"ok":true}' }, { kind: 'posted', id: undefined }],
  ] as const)('%s', async (_, given, expected) => {
    answer = given;
    expect(await post()).toMatchObject(expected);
  });

  test('nobody', async () => {
    const port = await closedPort();
    expect(await post(`http://127.0.0.1:${port}/`)).toEqual({ kind: 'away', because: 'ECONNREFUSED' });
  });
});
