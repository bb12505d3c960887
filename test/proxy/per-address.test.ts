import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { networkOf } from '../../proxy/per-address.ts';
import { ask, metricOf, Stage, until } from './stage.ts';

const stage = new Stage();
afterEach(() => stage.clear());

/** Connections that send what they are given and no more; how many of them are still open. */
const hold = (url: string, count: number, text: string) => {
  const { port } = new URL(url);
  const open = new Set<Socket>();
  for (let at = 0; at < count; at += 1) {
    const socket = connect({ port: Number(port), host: '127.0.0.1' }, () => socket.write(text));
    open.add(socket);
    socket.resume();
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
  }
  stage.onClear(async () => {
    for (const socket of open) socket.destroy();
  });
  return { open: () => open.size };
};

const strangers = { trustedProxies: [], admin: '127.0.0.1:0' };

describe('one address', () => {
  test('holds no more connections than it may, and gets new ones as old ones end', async () => {
    const node = await stage.node();
    const proxy = await stage.router([node.url], { ...strangers, limits: { perAddress: 3, headers: '6s' } });
    const held = hold(proxy.url, 10, 'GET / HTTP/1.1\r\n');
    await until(() => held.open() === 3, 'three connections');
    expect(await metricOf(proxy, 'connections_dropped_total')).toBe(7);
    await expect(ask(proxy.url)).rejects.toThrow();
    await until(() => held.open() === 0, 'the end of slow heads');
    expect(await ask(proxy.url)).toMatchObject({ status: 200 });
  });

  test('has no limit where it is a load balancer', async () => {
    const node = await stage.node();
    const proxy = await stage.router([node.url], { limits: { perAddress: 1 } });
    const held = hold(proxy.url, 5, 'GET / HTTP/1.1\r\n');
    expect(await ask(proxy.url)).toMatchObject({ status: 200 });
    expect(held.open()).toBe(5);
  });
});

test('a thousand heads that never end keep nobody waiting, and are closed in time', async () => {
  const node = await stage.node();
  const proxy = await stage.router([node.url], { ...strangers, limits: { perAddress: 3_000, headers: '10s' } });
  const held = hold(proxy.url, 1_000, 'GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ');
  await until(() => held.open() === 1_000, 'all connections');
  for (let request = 0; request < 10; request += 1) expect(await ask(proxy.url)).toMatchObject({ status: 200 });
  expect(held.open()).toBe(1_000);
  await until(() => held.open() === 0, 'the end of all slow heads');
});

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '::ffff:192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['2001:db8:1:2::1', '2001:db8:1:2'],
  ['::1', '0:0:0:0'],
  ['fe80::', 'fe80:0:0:0'],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});
