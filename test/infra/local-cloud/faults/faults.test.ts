import { request } from 'node:http';
import {
  DescribeInstancesCommand,
  DescribeTagsCommand,
  type EC2Client,
  RebootInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { LogLevel, WebClient } from '@slack/web-api';
import type { LocalCloud } from '../../../../infra/local-cloud/local-cloud.ts';
import type { LifeEvent } from '../../../../infra/local-cloud/machine/life.ts';
import { cloudOf, eventually, sdkFor, shell, soon } from '../cloud.ts';

let cloud: LocalCloud;
let ec2: EC2Client;
beforeAll(async () => {
  cloud = await cloudOf({
    nodes: 2,
    units: () => [shell('app', 'exec sleep 1000'), shell('agent', 'exec sleep 1000')],
  });
  ec2 = sdkFor(cloud);
});
afterAll(async () => {
  ec2.destroy();
  await cloud.stop();
});
// Undoing may bring a machine back: the next test begins with all of them up.
afterEach(async () => {
  cloud.faults.undoAll();
  await eventually(() => cloud.instances.every(({ group }) => group !== undefined), 'all are up');
});

/** Not an answer of EC2's, but none at all. */
const lostConnection = /socket hang up|ECONNRESET|aborted/;

const id = (index: number): string => cloud.instances[index]!.id;
const describing = () => ec2.send(new DescribeInstancesCommand({}));
const reboot = (instance: string) => ec2.send(new RebootInstancesCommand({ InstanceIds: [instance] }));
const next = (instance: string, kind: LifeEvent['kind']) =>
  cloud.untilLife((event) => event.instance === instance && event.kind === kind, soon);
const ask = (method: string, path: string, body?: unknown) =>
  fetch(`${cloud.ec2Url}/_local/${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
const slack = () =>
  new WebClient(cloud.slackToken, {
    logger: silent,
    slackApiUrl: cloud.slackUrl,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  });
const silent = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
};
const say = (text: string) => slack().chat.postMessage({ channel: cloud.slackChannel.id, text });

describe('EC2', () => {
  test('throttles for as many calls as it is told to', async () => {
    cloud.faults.inject({ kind: 'throttle-ec2', times: 2 });
    for (let call = 0; call < 2; call += 1)
      await expect(describing()).rejects.toMatchObject({
        name: 'RequestLimitExceeded',
        $metadata: { httpStatusCode: 503 },
      });
    await describing();
    expect(cloud.faults.list()).toMatchObject([{ struck: 2 }]);
  });

  test('throttles for as long as it is told to, and one action alone', async () => {
    cloud.faults.inject({ kind: 'throttle-ec2', action: 'DescribeInstances', forMs: 6_000 });
    await expect(describing()).rejects.toMatchObject({ name: 'RequestLimitExceeded' });
    await ec2.send(new DescribeTagsCommand({}));
    await eventually(() => cloud.faults.list().length === 0, 'its time is over');
    await describing();
  });

  test("is retried by the SDK's own patience", async () => {
    cloud.faults.inject({ kind: 'throttle-ec2', times: 2 });
    const patient = sdkFor(cloud, { maxAttempts: 5 });
    await patient.send(new DescribeInstancesCommand({}));
    patient.destroy();
  });

  test('is away: connections end without an answer', async () => {
    cloud.faults.inject({ kind: 'ec2-down', times: 1 });
    await expect(describing()).rejects.toThrow(lostConnection);
    await describing();
  });

  test('denies an action', async () => {
    cloud.faults.inject({ kind: 'deny-ec2', action: 'RebootInstances' });
    await expect(reboot(id(0))).rejects.toMatchObject({ name: 'UnauthorizedOperation' });
    await describing();
  });

  test('refuses to reboot one instance, and reboots another', async () => {
    const { bootId } = cloud.instances[0]!;
    cloud.faults.inject({ kind: 'refuse-reboots', instance: id(0) });
    await expect(reboot(id(0))).rejects.toMatchObject({ name: 'IncorrectInstanceState' });
    const booted = next(id(1), 'booted');
    await reboot(id(1));
    await booted;
    expect(cloud.instances[0]!.bootId).toBe(bootId);
  });

  test('does what it is asked, but its answer is lost', async () => {
    cloud.faults.inject({ kind: 'lose-reply', call: 'RebootInstances' });
    const booted = next(id(0), 'booted');
    await expect(reboot(id(0))).rejects.toThrow(lostConnection);
    await booted;
    expect(cloud.calls().at(-1)).toMatchObject({ name: 'RebootInstances', instances: [id(0)], outcome: 'ok' });
  });

  test('answers late', async () => {
    cloud.faults.inject({ kind: 'delay-reply', call: 'DescribeInstances', ms: 60_000 });
    await expect(
      ec2.send(new DescribeInstancesCommand({}), { abortSignal: AbortSignal.timeout(200) }),
    ).rejects.toThrow();
  });
});

describe('a machine', () => {
  test('never returns, until it is rebooted once more', async () => {
    cloud.faults.inject({ kind: 'never-returns', instance: id(0), times: 1 });
    const never = next(id(0), 'never-returns');
    await reboot(id(0));
    await never;
    expect(cloud.instances[0]).toMatchObject({ state: 'running', group: undefined });
    const booted = next(id(0), 'booted');
    await reboot(id(0));
    await booted;
  });

  test('that never returned does so once the fault is undone', async () => {
    const fault = cloud.faults.inject({ kind: 'never-returns', instance: id(0) });
    const never = next(id(0), 'never-returns');
    await reboot(id(0));
    await never;
    const booted = next(id(0), 'booted');
    expect(cloud.faults.undo(fault.id)).toBe('undone');
    await booted;
  });

  test('returns without its app, which starts once the fault is undone', async () => {
    const fault = cloud.faults.inject({ kind: 'returns-without-app', instance: id(0) });
    const off = next(id(0), 'off');
    await reboot(id(0));
    await off;
    const from = cloud.life().length;
    const started = () =>
      cloud
        .life()
        .slice(from)
        .flatMap((event) => (event.kind === 'unit-started' && event.instance === id(0) ? [event.unit] : []));
    await eventually(() => started().length > 0, 'a unit starts');
    expect(started()).toEqual(['agent']);
    cloud.faults.undo(fault.id);
    await eventually(() => started().includes('app'), 'the app starts');
  });

  test('boots slowly', async () => {
    cloud.faults.inject({ kind: 'slow-boot', instance: id(0), bootMs: 500, times: 1 });
    const booting = next(id(0), 'booting');
    const booted = next(id(0), 'booted');
    await reboot(id(0));
    expect((await booted).atMs - (await booting).atMs).toBeGreaterThanOrEqual(490);
  });

  test('loses its power and gets it back', async () => {
    const off = next(id(0), 'off');
    const fault = cloud.faults.inject({ kind: 'power-loss', instance: id(0) });
    await off;
    expect(cloud.instances[0]).toMatchObject({ state: 'running', group: undefined });
    const booted = next(id(0), 'booted');
    cloud.faults.undo(fault.id);
    await booted;
  });

  test('that lost its power is brought back by a reboot', async () => {
    const off = next(id(0), 'off');
    cloud.faults.inject({ kind: 'power-loss', instance: id(0) });
    await off;
    const booted = next(id(0), 'booted');
    await reboot(id(0));
    await booted;
  });
});

describe('Slack', () => {
  test('is not well', async () => {
    cloud.faults.inject({ kind: 'slack-down', status: 502, times: 1 });
    await expect(say('x')).rejects.toMatchObject({ code: 'slack_webapi_http_error', statusCode: 502 });
    await say('back');
  });

  test('limits', async () => {
    cloud.faults.inject({ kind: 'slack-rate-limited', retryAfterSeconds: 7, times: 1 });
    await expect(say('x')).rejects.toMatchObject({ code: 'slack_webapi_rate_limited_error', retryAfter: 7 });
  });

  test('takes no token, or not for everything', async () => {
    const wrong = cloud.faults.inject({ kind: 'slack-wrong-token' });
    await expect(say('x')).rejects.toMatchObject({ data: { error: 'invalid_auth' } });
    cloud.faults.undo(wrong.id);
    cloud.faults.inject({ kind: 'slack-missing-scope', scope: 'chat:write' });
    await expect(say('x')).rejects.toMatchObject({ data: { error: 'missing_scope', needed: 'chat:write' } });
    await slack().auth.test();
  });

  test('posts, but its answer is lost', async () => {
    cloud.faults.inject({ kind: 'lose-reply', call: 'chat.postMessage' });
    await expect(say('posted all the same')).rejects.toMatchObject({ code: 'slack_webapi_request_error' });
    expect(cloud.slackMessages().at(-1)?.text).toBe('posted all the same');
  });
});

describe('the admin endpoint', () => {
  test('injects, lists and undoes', async () => {
    const response = await ask('POST', 'faults', { kind: 'throttle-ec2' });
    expect(response.status).toBe(201);
    const { id: fault } = (await response.json()) as { id: string };
    expect(await (await ask('GET', 'faults')).json()).toMatchObject({
      faults: [{ id: fault, fault: { kind: 'throttle-ec2' }, struck: 0 }],
    });
    await expect(describing()).rejects.toMatchObject({ name: 'RequestLimitExceeded' });
    expect((await ask('DELETE', `faults/${fault}`)).status).toBe(200);
    await describing();
    expect((await ask('DELETE', `faults/${fault}`)).status).toBe(404);
  });

  test('undoes all at once', async () => {
    for (const action of ['A', 'B']) await ask('POST', 'faults', { kind: 'deny-ec2', action });
    expect(await (await ask('DELETE', 'faults')).json()).toEqual({ faults: [] });
  });

  test.each([
    [{ kind: 'earthquake' }, 'kind'],
    [{ kind: 'throttle-ec2', tims: 1 }, 'tims'],
    [{ kind: 'slow-boot' }, 'bootMs'],
    [{ kind: 'power-loss', instance: 'i-0123456789abcdef0' }, 'there is no i-0123456789abcdef0'],
    ['nonsense', 'expected object'],
  ])('refuses %j and says why', async (fault, because) => {
    const response = await ask('POST', 'faults', fault);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(because);
  });

  test('shows instances, calls and lives', async () => {
    await describing();
    expect(await (await ask('GET', 'instances')).json()).toMatchObject({
      instances: [{ id: id(0), state: 'running' }, { id: id(1) }],
    });
    const { calls } = (await (await ask('GET', 'calls')).json()) as { calls: unknown[] };
    expect(calls.at(-1)).toMatchObject({ name: 'DescribeInstances', outcome: 'ok' });
    expect(await (await ask('GET', 'life')).json()).toMatchObject({ life: expect.any(Array) });
    expect((await ask('GET', 'weather')).status).toBe(404);
  });

  test('is not for web pages', async () => {
    const page = await fetch(`${cloud.ec2Url}/_local/faults`, { headers: { origin: 'http://evil.example' } });
    expect(page.status).toBe(403);
    const rebound = await new Promise<number | undefined>((resolve, reject) => {
      request(`${cloud.ec2Url}/_local/faults`, { headers: { host: 'evil.example' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(rebound).toBe(403);
  });
});
