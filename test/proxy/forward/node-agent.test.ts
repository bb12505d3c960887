import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type ClientRequest, createServer, type IncomingMessage, type RequestListener, request } from 'node:http';
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

test('hands bodies on that stay as they are, however long they are kept and whatever is read meanwhile', async () => {
  const bodies = [randomBytes(1_500_000), randomBytes(1_500_000)];
  const { agent, port } = await stage(({ url }, res) => res.end(bodies[Number(url?.slice(1))]));

  const got = await Promise.all(bodies.map((_, at) => keptPieces(agent, port, `/${at}`)));

  for (const [at, body] of bodies.entries()) expect(got[at]?.equals(body)).toBe(true);
});

/** Read with a rest after each piece, and put together only in the end. */
const keptPieces = async (agent: NodeAgent, port: number, path: string): Promise<Buffer> => {
  const asked = request({ agent, host: '127.0.0.1', port, path }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  const pieces: Buffer[] = [];
  answer.on('data', (piece: Buffer) => {
    pieces.push(piece);
    answer.pause();
    setImmediate(() => answer.resume());
  });
  await once(answer, 'end');
  return Buffer.concat(pieces);
};

const stage = async (serve: RequestListener = (_req, res) => res.end('here')) => {
  const server = createServer(serve).listen(0, '127.0.0.1');
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
  return { ask, agent, port };
};
