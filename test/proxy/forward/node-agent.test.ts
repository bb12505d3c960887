import { once } from 'node:events';
import { type ClientRequest, createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { NodeAgent } from '../../../proxy/forward/node-agent.ts';
import { idleConnections } from '../../../proxy/idle-connections.ts';

const undo: (() => unknown)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

test('opens a connection where none is kept, and keeps it', async () => {
  const { ask, agent } = await stage();

  const first = await ask();

  expect(first.reusedSocket).toBe(false);
  expect(idleConnections(agent)).toEqual([first.socket]);
  expect(agent.sockets).toEqual({});
});

test('sends the next request on the connection that was used last', async () => {
  const { ask, agent } = await stage();
  const both = await Promise.all([ask(), ask()]);
  expect(new Set(both.map(({ socket }) => socket)).size).toBe(2);
  const last = idleConnections(agent).at(-1);

  const next = await ask();

  expect(next.reusedSocket).toBe(true);
  expect(next.socket).toBe(last);
  expect(idleConnections(agent)).toHaveLength(2);
});

test('takes none that was destroyed while it waited', async () => {
  const { ask, agent } = await stage();
  await Promise.all([ask(), ask()]);
  const [stands, gone] = idleConnections(agent);
  gone?.destroy();

  const next = await ask();

  expect(next.socket).toBe(stands);
});

test('counts a connection as taken while its request lasts', async () => {
  const { ask, agent } = await stage();
  await ask();
  let taken = 0;

  await ask(() => {
    taken = Object.values(agent.sockets).flat().length;
  });

  expect(taken).toBe(1);
  expect(agent.sockets).toEqual({});
});

const stage = async () => {
  const server = createServer((_req, res) => res.end('here')).listen(0, '127.0.0.1');
  undo.push(() => new Promise((resolve) => server.close(resolve)));
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const agent = new NodeAgent({ keepAlive: true });
  undo.push(() => agent.destroy());
  const ask = async (onAnswer = (): void => undefined): Promise<ClientRequest> => {
    const asked = request({ agent, host: '127.0.0.1', port }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    onAnswer();
    answer.resume();
    await once(asked, 'close');
    await new Promise((resolve) => setImmediate(resolve));
    return asked;
  };
  return { ask, agent };
};
