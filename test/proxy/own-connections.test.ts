/** Requests that must not be sent twice, on the slow path: which connection to their node they ride on. */
import { Agent, request } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, expect, jest, test } from '@jest/globals';
import { OwnConnections } from '../../proxy/forward/own-connections.ts';
import { Stage, until } from './stage.ts';

const stage = new Stage();
const agents: Agent[] = [];
afterEach(async () => {
  for (const agent of agents.splice(0)) agent.destroy();
  await stage.clear();
});

/** Two blanks before a value are too much for the fast path. */
const odd = { 'X-Odd': ' two' };

/** Posts; resolves with the status. */
const post = (url: string, body = 'meow'): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    agents.push(agent);
    const headers = { ...odd, 'Content-Length': body.length };
    const req = request(url, { agent, method: 'POST', headers }, (res) => {
      res.resume();
      res.once('close', () => resolve(res.statusCode));
    });
    req.once('error', reject);
    req.end(body);
  });

/** A node, and the ports from which it was asked. */
const counting = async () => {
  const ports = new Set<number | undefined>();
  const node = await stage.node((req, res) => {
    ports.add(req.socket.remotePort);
    res.end('meow');
  });
  return { node, ports };
};

test('they share one that was used just now', async () => {
  const { node, ports } = await counting();
  const proxy = await stage.router([node.url], { reuseWithin: '10s' });
  for (let round = 0; round < 4; round += 1) expect(await post(proxy.url)).toBe(200);
  expect([node.seen.length, ports.size]).toEqual([4, 1]);
});

test('each has its own where none is to be used again', async () => {
  const { node, ports } = await counting();
  const proxy = await stage.router([node.url], { reuseWithin: '0s' });
  for (let round = 0; round < 3; round += 1) expect(await post(proxy.url)).toBe(200);
  expect([node.seen.length, ports.size]).toEqual([3, 3]);
});

test('one that the node has closed in between costs the client nothing', async () => {
  const { node, ports } = await counting();
  const proxy = await stage.router([node.url], { reuseWithin: '10s' });
  expect(await post(proxy.url)).toBe(200);
  const [kept] = [...node.sockets];
  kept?.end();
  await until(() => node.sockets.size === 0, 'its end');
  expect(await post(proxy.url)).toBe(200);
  expect(ports.size).toBe(2);
});

test("one that says something unasked is closed, and is nobody else's answer", async () => {
  const { node } = await counting();
  const proxy = await stage.router([node.url], { reuseWithin: '10s' });
  expect(await post(proxy.url)).toBe(200);
  const [kept] = [...node.sockets];
  kept?.write('HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n');
  await until(() => node.sockets.size === 0, 'its end');
  expect(await post(proxy.url)).toBe(200);
});

test('one whose node has answered before it took the whole body is closed', async () => {
  let first: Socket | undefined;
  const node = await stage.rawNode((socket) => {
    first ??= socket;
    socket.pause();
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  });
  const proxy = await stage.router([node.url], { reuseWithin: '10s' });
  expect(await post(proxy.url, 'x'.repeat(16 << 20)).catch(() => 'gone')).toBeDefined();
  first?.resume();
  await until(() => first?.destroyed === true, 'its end');
});

test('they are closed with the router', async () => {
  const { node } = await counting();
  const proxy = await stage.router([node.url], { reuseWithin: '10s' });
  await post(proxy.url);
  expect(node.sockets.size).toBe(1);
  for (const agent of agents.splice(0)) agent.destroy();
  await proxy.stop();
  await until(() => node.sockets.size === 0, 'their end');
});

test('one is closed, and its node hears of nothing, where the client leaves while it is looked at', async () => {
  const { node } = await counting();
  const proxy = await stage.router([node.url], { reuseWithin: '10s' });
  expect(await post(proxy.url)).toBe(200);
  const leaving = request(proxy.url, { method: 'POST', headers: { ...odd, 'Content-Length': 4 } });
  leaving.on('error', () => undefined);
  const take = OwnConnections.prototype.takeUsed;
  const looked = jest.spyOn(OwnConnections.prototype, 'takeUsed').mockImplementation(async function (
    this: OwnConnections,
  ) {
    const used = await take.call(this);
    const gone = new Promise((resolve) => leaving.once('close', resolve));
    leaving.socket?.resetAndDestroy();
    await gone;
    // The reset is on this machine already: some turns of the loop, and the router has heard of it.
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    return used;
  });
  try {
    leaving.end('meow');
    await until(() => node.sockets.size === 0, 'its end');
    expect(looked).toHaveBeenCalledTimes(1);
    expect(node.seen.length).toBe(1);
  } finally {
    looked.mockRestore();
  }
});
