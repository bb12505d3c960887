import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { reservePort } from '../../../../infra/local-cloud/machine/ports.ts';

test('ports are reserved once each, out of the way of outgoing connections, and can be listened on', async () => {
  const reserved = await Promise.all(Array.from({ length: 20 }, () => reservePort()));
  const ports = reserved.map(({ port }) => port);
  expect(new Set(ports).size).toBe(20);
  expect(ports.every((port) => port >= 20_000 && port < 32_768)).toBe(true);
  const server = createServer().listen(ports[0], '127.0.0.1');
  await once(server, 'listening');
  server.close();
  await once(server, 'close');
  await Promise.all(reserved.map(({ release }) => release()));
});
