import type { RequestListener } from 'node:http';
import { afterEach, expect, test } from '@jest/globals';
import { ImdsAway, imds } from '../../../monkey/host/imds.ts';
import { systemClock } from '../../../pool/clock.ts';
import { type CannedServer, cannedServer, closedPort } from '../../support/canned-server.ts';

let server: CannedServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

const limits = { deadlineMs: 20_000 };
const tokenPath = '/latest/api/token';

/** A metadata service of the second version: nothing without a token, which is valid once. */
const service = async (values: Readonly<Record<string, string>>, before: RequestListener = () => undefined) => {
  let token = 0;
  server = await cannedServer((request, response) => {
    before(request, response);
    if (response.writableEnded || response.destroyed) return;
    if (request.method === 'PUT' && request.url === tokenPath) {
      const isAsked = /^\d+$/.test(String(request.headers['x-aws-ec2-metadata-token-ttl-seconds']));
      token += 1;
      response.writeHead(isAsked ? 200 : 400).end(`token-${token}`);
      return;
    }
    const value = values[request.url ?? ''];
    const isKnown = request.headers['x-aws-ec2-metadata-token'] === `token-${token}`;
    response.writeHead(isKnown ? (value === undefined ? 404 : 200) : 401).end(value);
  });
  return imds({ endpoint: server.url, timeout: 5_000 }, { clock: systemClock });
};

test('asks for a token, and with it for the instance id and the region', async () => {
  const metadata = await service({
    '/latest/meta-data/instance-id': 'i-0123456789abcdef0\n',
    '/latest/meta-data/placement/region': 'eu-central-1',
  });
  expect(await metadata.instanceId(limits)).toBe('i-0123456789abcdef0');
  expect(await metadata.region(limits)).toBe('eu-central-1');
  expect(server?.asked).toEqual([
    `PUT ${tokenPath}`,
    'GET /latest/meta-data/instance-id',
    `PUT ${tokenPath}`,
    'GET /latest/meta-data/placement/region',
  ]);
});

test('tries again while the service is not ready', async () => {
  let calls = 0;
  const metadata = await service({ '/latest/meta-data/instance-id': 'i-0123456789abcdef0' }, (_request, response) => {
    calls += 1;
    if (calls === 1) response.writeHead(503).end();
    if (calls === 2) response.destroy();
  });
  expect(await metadata.instanceId(limits)).toBe('i-0123456789abcdef0');
});

test.each([
  ['another service’s page', '<html>login</html>', '"<html>login</html>"'],
  ['nothing', '', '""'],
])('takes %s for no instance id', async (_what, value, shown) => {
  const metadata = await service({ '/latest/meta-data/instance-id': value });
  const asked = metadata.instanceId({ deadlineMs: 1_500 });
  await expect(asked).rejects.toBeInstanceOf(ImdsAway);
  await expect(asked).rejects.toMatchObject({
    code: 'imds-away',
    message: `the instance metadata service: /latest/meta-data/instance-id is ${shown}`,
  });
});

test('refuses an answer that does not end', async () => {
  const metadata = await service({}, (_request, response) => void response.end('x'.repeat(10_000)));
  await expect(metadata.instanceId({ deadlineMs: 1_500 })).rejects.toThrow('answered too much');
});

test('says at the deadline what was wrong, also where nobody listens', async () => {
  const metadata = imds({ endpoint: `http://127.0.0.1:${await closedPort()}` }, { clock: systemClock });
  await expect(metadata.instanceId({ deadlineMs: 1_500 })).rejects.toThrow(/ECONNREFUSED/);
});

test('gives up a try that hangs, and ends when it is stopped', async () => {
  const stop = new AbortController();
  let calls = 0;
  server = await cannedServer(() => {
    calls += 1;
    if (calls === 2) stop.abort();
  });
  const metadata = imds({ endpoint: server.url, timeout: 20 }, { clock: systemClock });
  await expect(metadata.instanceId({ ...limits, signal: stop.signal })).rejects.toBeInstanceOf(ImdsAway);
  expect(calls).toBe(2);
});
