import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { listen } from '../../proxy/stop.ts';

test('a server that listens says what fails later, and goes on', async () => {
  const told: string[] = [];
  const server = createServer();
  await listen(server, { host: '127.0.0.1', port: 0 }, ({ message }) => told.push(message));
  server.emit('error', new Error('accept EMFILE'));
  expect([told, server.listening]).toEqual([['accept EMFILE'], true]);
  await new Promise((resolve) => server.close(resolve));
});
