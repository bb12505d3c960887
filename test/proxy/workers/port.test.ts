import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { bindPort } from '../../../proxy/workers/port.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

test('holds a port that others can listen on', async () => {
  const port = await bindPort({ host: '127.0.0.1', port: 0 });
  ends.push(() => port.close());
  expect(port.fd).toBeGreaterThan(2);
});

test('says, before anybody is started, that the port is taken', async () => {
  const server: Server = createServer().listen(0, '127.0.0.1');
  ends.push(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await expect(bindPort({ host: '127.0.0.1', port })).rejects.toThrow(`listen EADDRINUSE: 127.0.0.1:${port}`);
});

test('says that an address is not of this machine', async () => {
  await expect(bindPort({ host: '192.0.2.1', port: 0 })).rejects.toThrow('listen EADDRNOTAVAIL: 192.0.2.1:0');
});
