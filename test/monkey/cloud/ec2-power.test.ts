import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Ec2Power, ec2Power } from '../../../monkey/cloud/ec2-power.ts';
import { type Clock, systemClock } from '../../../pool/clock.ts';
import { closedPort } from '../../support/canned-server.ts';

const id = 'i-0123456789abcdef0';
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI' };
const limits = { deadlineMs: 20_000 };

/** What the region answers, one after the other; the last one for ever. */
let script: ((response: ServerResponse) => void)[];
let asked: string[];
let server: Server;
let power: Ec2Power;

beforeEach(async () => {
  asked = [];
  script = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      asked.push(new URLSearchParams(body).get('Action') ?? '');
      const answer = script.length > 1 ? script.shift() : script[0];
      answer?.(response);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  power = open();
});
afterEach(async () => {
  power.close();
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
});

const open = (clock: Clock = systemClock, more: object = {}) => {
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return ec2Power(
    { region: 'eu-central-1', endpoint, credentials, sendWithinMs: 20_000, ...more },
    { clock, random: () => 0 },
  );
};

const xml = (status: number, body: string) => (response: ServerResponse) => {
  response.writeHead(status, { 'content-type': 'text/xml' }).end(`<?xml version="1.0" encoding="UTF-8"?>\n${body}`);
};
const error = (status: number, code: string) =>
  xml(
    status,
    `<Response><Errors><Error><Code>${code}</Code><Message>No.</Message></Error></Errors><RequestID>r</RequestID></Response>`,
  );
const rebooted = xml(
  200,
  '<RebootInstancesResponse><requestId>r</requestId><return>true</return></RebootInstancesResponse>',
);
const described = (state: string) =>
  xml(
    200,
    `<DescribeInstancesResponse><requestId>r</requestId><reservationSet><item><reservationId>r-1</reservationId><instancesSet><item><instanceId>${id}</instanceId><instanceState><code>16</code><name>${state}</name></instanceState></item></instancesSet></item></reservationSet></DescribeInstancesResponse>`,
  );
const hangUp = (response: ServerResponse) => response.destroy();
const silence = () => undefined;

test('asks once for a reboot, whatever comes of it', async () => {
  for (const [answer, kind] of [
    [rebooted, 'accepted'],
    [error(503, 'RequestLimitExceeded'), 'throttled'],
    [error(500, 'InternalError'), 'throttled'],
    [error(403, 'UnauthorizedOperation'), 'refused'],
    [hangUp, 'unknown'],
    [xml(200, '<cut off'), 'unknown'],
    [(response: ServerResponse) => response.writeHead(502).end('<html>Bad gateway'), 'unknown'],
  ] as const) {
    asked = [];
    script = [answer];
    expect((await power.reboot(id, limits)).kind).toBe(kind);
    expect(asked).toEqual(['RebootInstances']);
  }
});

test('does not know what came of a reboot that was sent and not answered by the deadline', async () => {
  script = [described('running'), silence];
  await power.describe(id, limits);
  const answer = await power.reboot(id, { deadlineMs: 4_000 });
  expect(answer).toMatchObject({ kind: 'unknown', because: expect.stringContaining('4000 ms') });
  expect(asked).toEqual(['DescribeInstances', 'RebootInstances']);
});

test('is not told apart from a deadline by who stops it after it was sent', async () => {
  const stop = new AbortController();
  script = [() => stop.abort()];
  expect((await power.reboot(id, { ...limits, signal: stop.signal })).kind).toBe('unknown');
});

test('sends nothing where too much time has passed since it was asked', async () => {
  script = [rebooted];
  let nowMs = 0;
  const slow = open(
    {
      ...systemClock,
      monotonicMs: () => {
        nowMs += 501;
        return nowMs;
      },
    },
    { sendWithinMs: 500 },
  );
  expect(await slow.reboot(id, limits)).toMatchObject({ kind: 'throttled', code: 'NotSentInTime' });
  expect(asked).toEqual([]);
  slow.close();
});

test('sends nothing after the moment that the caller has set, though it was asked just now', async () => {
  script = [rebooted];
  const late = open(systemClock);
  const sendByMs = systemClock.monotonicMs() - 1;
  expect(await late.reboot(id, { ...limits, sendByMs })).toMatchObject({ kind: 'throttled', code: 'NotSentInTime' });
  expect(asked).toEqual([]);
  late.close();
});

test('sends nothing without credentials, and begins nothing where nobody listens', async () => {
  const nobody = open(systemClock, {
    credentials: async () => {
      throw Object.assign(new Error('no role is attached'), { name: 'CredentialsProviderError' });
    },
  });
  expect(await nobody.reboot(id, limits)).toMatchObject({ kind: 'throttled', code: 'CredentialsProviderError' });
  expect(asked).toEqual([]);
  nobody.close();
  const nowhere = open(systemClock, { endpoint: `http://127.0.0.1:${await closedPort()}` });
  expect(await nowhere.reboot(id, limits)).toMatchObject({ kind: 'throttled', code: 'ECONNREFUSED' });
  nowhere.close();
});

test('asks for the region where nothing else says it, and only when it is needed', async () => {
  let regions = 0;
  script = [rebooted];
  delete process.env['AWS_REGION'];
  delete process.env['AWS_DEFAULT_REGION'];
  process.env['AWS_CONFIG_FILE'] = '/dev/null';
  const region = async () => {
    regions += 1;
    return `eu-central-${regions}`;
  };
  const wherever = open(systemClock, { region });
  expect(regions).toBe(0);
  expect((await wherever.reboot(id, limits)).kind).toBe('accepted');
  expect(regions).toBeGreaterThan(0);
  wherever.close();
});

test('asks again for a description while EC2 throttles or does not answer', async () => {
  script = [error(503, 'RequestLimitExceeded'), error(500, 'InternalError'), hangUp, described('stopping')];
  expect(await power.describe(id, limits)).toEqual({ kind: 'known', state: 'stopping' });
  expect(asked).toHaveLength(4);
});

test('does not ask again for a description that EC2 refuses for good', async () => {
  script = [error(403, 'UnauthorizedOperation')];
  expect(await power.describe(id, limits)).toMatchObject({
    kind: 'unknown',
    because: expect.stringContaining('UnauthorizedOperation'),
  });
  script = [error(400, 'InvalidInstanceID.Malformed')];
  expect(await power.describe('nonsense', limits)).toMatchObject({ kind: 'unknown' });
  expect(asked).toHaveLength(2);
});

test('tells at the deadline what kept it from describing', async () => {
  script = [hangUp];
  expect(await power.describe(id, { deadlineMs: 2_000 })).toMatchObject({
    kind: 'unknown',
    because: expect.stringContaining('ECONNRESET'),
  });
  script = [silence];
  expect(await power.describe(id, { deadlineMs: 200 })).toMatchObject({
    kind: 'unknown',
    because: expect.stringContaining('200 ms'),
  });
});

test('does not guess at a state that it does not know', async () => {
  script = [described('dreaming')];
  expect(await power.describe(id, limits)).toEqual({ kind: 'unknown', because: 'EC2 calls its state "dreaming"' });
});

test('does not take a dry run that was carried out for a permission', async () => {
  script = [rebooted];
  expect(await power.canReboot(id, limits)).toMatchObject({ kind: 'unknown' });
  script = [error(503, 'RequestLimitExceeded')];
  expect(await power.canReboot(id, limits)).toMatchObject({
    kind: 'unknown',
    because: expect.stringContaining('RequestLimitExceeded'),
  });
});
