import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { NodeConnection, NodeListener } from '../../../proxy/fast/node-connection.ts';
import { NodeConnections } from '../../../proxy/fast/node-connections.ts';

let server: Server;
let pool: NodeConnections;
const sockets = new Set<Socket>();
beforeEach(async () => {
  server = createServer((socket) => void sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  jest.restoreAllMocks();
  pool.destroy();
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

const quiet: NodeListener = {
  connected: () => undefined,
  received: () => undefined,
  ended: () => undefined,
  drained: () => undefined,
};

/** A connection that has carried a request just now. */
const used = async (reuseWithinMs: number): Promise<NodeConnection> => {
  pool = new NodeConnections(new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), reuseWithinMs);
  const connection = await new Promise<NodeConnection>((resolve) => {
    const dialed = pool.dial({ ...quiet, connected: () => resolve(dialed) });
  });
  pool.put(connection);
  return connection;
};

test.each([
  ['just before its time is over', 1_000, 999, true],
  ['once it is over', 1_000, 1_000, false],
  ['ever where it is none', 0, 0, false],
])('a connection is recent %s: %d ms, after %d', async (_when, reuseWithinMs, laterMs, isRecent) => {
  const now = performance.now();
  const clock = jest.spyOn(performance, 'now').mockReturnValue(now);
  const connection = await used(reuseWithinMs);
  clock.mockReturnValue(now + laterMs);
  expect(pool.takeRecent(quiet)).toBe(isRecent ? connection : undefined);
  // A request that may be sent twice takes it all the same.
  if (!isRecent) expect(pool.take(quiet)).toBe(connection);
});
