import { afterEach, expect, test } from '@jest/globals';
import { nodeProbe } from '../../../monkey/probe/node-probe.ts';
import { hostOf, portOf } from '../../../monkey/probe/tcp.ts';
import { type CannedServer, cannedServer, closedPort } from '../../support/canned-server.ts';

let server: CannedServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

const limits = { deadlineMs: 10_000 };

test('passes where connections are accepted: on the node’s own port, or on another', async () => {
  server = await cannedServer(() => undefined);
  const own = await nodeProbe().check({ kind: 'tcp' }, { url: server.url }, limits);
  expect(own).toMatchObject({
    name: `tcp ${server.port}`,
    ok: true,
    detail: expect.stringMatching(/^connected in \d+ ms$/),
  });
  const other = await nodeProbe().check({ kind: 'tcp', port: server.port }, { url: 'http://127.0.0.1:1' }, limits);
  expect(other.ok).toBe(true);
});

test('says that a connection was refused, and where', async () => {
  const port = await closedPort();
  const result = await nodeProbe().check({ kind: 'tcp', port }, { url: 'http://[::ffff:127.0.0.1]:80' }, limits);
  expect(result.ok).toBe(false);
  expect(result.detail).toMatch(new RegExp(`^connection refused by .*:${port}$`));
});

test('knows the port and the host of a URL', () => {
  expect([portOf(new URL('http://a')), portOf(new URL('https://a')), portOf(new URL('http://a:81'))]).toEqual([
    80, 443, 81,
  ]);
  expect([hostOf(new URL('http://[::1]:80')), hostOf(new URL('http://a.example'))]).toEqual(['::1', 'a.example']);
});
