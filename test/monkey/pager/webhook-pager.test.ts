import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { LocalCloud } from '../../../infra/local-cloud/local-cloud.ts';
import { startLocalCloud } from '../../../infra/local-cloud/start.ts';
import { newWebhookPager } from '../../../monkey/pager/webhook-pager.ts';
import { closedPort } from '../../support/canned-server.ts';
import { alarm, limits, pagerContract } from './pager.contract.ts';

const ringing = (cloud: LocalCloud) => () =>
  cloud
    .pagerAlarms()
    .filter(({ state }) => state === 'ringing')
    .map(({ key }) => key);

pagerContract('WebhookPager', async () => {
  const cloud = await startLocalCloud({ nodes: 0 });
  return {
    pager: newWebhookPager({ url: cloud.pagerUrl, key: cloud.pagerKey }),
    ringing: ringing(cloud),
    loseReply: () => cloud.faults.inject({ kind: 'lose-reply', call: 'enqueue' }),
    close: cloud.stop,
  };
});

describe('WebhookPager', () => {
  let cloud: LocalCloud;
  beforeAll(async () => {
    cloud = await startLocalCloud({ nodes: 0 });
  });
  afterEach(() => cloud.faults.undoAll());
  afterAll(() => cloud.stop());
  const send = (key = cloud.pagerKey) => newWebhookPager({ url: cloud.pagerUrl, key }).send(alarm(), limits);

  test('sends what a receiver of Events API v2 asks for', async () => {
    await send();
    expect(cloud.pagerEvents().at(-1)).toMatchObject({
      ...{ action: 'trigger', key: 'inc-1', summary: 'i-1 is quarantined', severity: 'critical', source: 'i-1' },
      details: { kind: 'quarantined' },
    });
  });

  test('is told of a wrong key as of an alarm that is not understood', async () => {
    expect(await send('wrong')).toEqual({ kind: 'refused', what: 'alarm', code: 'http-400' });
  });

  test('says how long the receiver asks to wait, and does not wait itself', async () => {
    cloud.faults.inject({ kind: 'pager-rate-limited', retryAfterSeconds: 7, times: 1 });
    expect(await send()).toEqual({ kind: 'limited', retryAfterMs: 7_000 });
  });

  test('takes trouble of the receiver for trouble that passes', async () => {
    cloud.faults.inject({ kind: 'pager-down', times: 1 });
    expect(await send()).toEqual({ kind: 'away', because: 'HTTP status 503' });
    expect(await send()).toEqual({ kind: 'taken' });
  });

  test('gives a call up at its deadline', async () => {
    cloud.faults.inject({ kind: 'delay-reply', call: 'enqueue', ms: 60_000 });
    const pager = newWebhookPager({ url: cloud.pagerUrl, key: cloud.pagerKey });
    expect(await pager.send(alarm(), { deadlineMs: 100 })).toEqual({ kind: 'away', because: 'no answer in time' });
  });
});

describe('where something else than a pager answers', () => {
  let server: Server;
  const asked: string[] = [];
  let answer: { status: number; headers?: Record<string, string> } = { status: 200 };
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(answer.status, answer.headers).end('hello');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  test.each([
    [{ status: 404 }, { kind: 'refused', what: 'access', code: 'http-404' }],
    [{ status: 401 }, { kind: 'refused', what: 'access', code: 'http-401' }],
    [{ status: 429 }, { kind: 'limited', retryAfterMs: 30_000 }],
    [{ status: 500 }, { kind: 'away', because: 'HTTP status 500' }],
  ] as const)('%j', async (given, expected) => {
    answer = given;
    expect(await newWebhookPager({ url: `${origin()}/x`, key: 'k' }).send(alarm(), limits)).toEqual(expected);
  });

  test('the key follows no redirect', async () => {
    answer = { status: 307, headers: { location: `${origin()}/elsewhere` } };
    const told = await newWebhookPager({ url: `${origin()}/x`, key: 'k' }).send(alarm(), limits);
    expect(told).toEqual({ kind: 'refused', what: 'access', code: 'http-307' });
    expect(asked).not.toContain('/elsewhere');
  });

  test('nobody: why is said without the key', async () => {
    const port = await closedPort();
    const told = await newWebhookPager({ url: `http://127.0.0.1:${port}/x`, key: 'hunter2' }).send(alarm(), limits);
    expect(told).toEqual({ kind: 'away', because: 'ECONNREFUSED' });
  });
});
