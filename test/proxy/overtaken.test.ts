/** A drain that is applied after a node was chosen, and before anything was sent to it. */

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import { systemClock } from '../../pool/clock.ts';
import { silentLog } from '../../pool/log.ts';
import { proxySchema } from '../../proxy/config-schema.ts';
import type { Member } from '../../proxy/members.ts';
import { Router } from '../../proxy/router.ts';
import { ask, Stage, until } from './stage.ts';

const stage = new Stage();
afterEach(() => stage.clear());

const memberOf = ({ url }: { readonly url: string }): Member => ({ id: url, url, weight: 1 });

/** A router that chooses the first node; the drain of it comes in the same turn, right after the choice. */
const overtaken = async (first: Member, second: Member) => {
  const router = new Router(
    'router',
    'web',
    proxySchema.parse({ choose: 'round-robin', stop: { deadline: '1s' } }),
    systemClock,
    silentLog,
  );
  router.table.apply([first, second], 0);
  const choose = router.table.choose.bind(router.table);
  router.table.choose = (...args) => {
    const choice = choose(...args);
    router.table.apply([second], 0);
    return choice;
  };
  router.server.listen(0, '127.0.0.1');
  await once(router.server, 'listening');
  stage.onClear(() => router.stop());
  return { router, url: `http://127.0.0.1:${(router.server.address() as AddressInfo).port}` };
};

test.each([
  ['GET', undefined],
  ['POST', 'x'.repeat(100_000)],
])('a %s goes to another node, whole, and the drained one hears nothing of it', async (method, body) => {
  const [drained, node] = [await stage.node(), await stage.node((_req, res, got) => res.end(String(got.length)))];
  const { router, url } = await overtaken(memberOf(drained), memberOf(node));
  const answer = await ask(url, body === undefined ? { method } : { method, body });
  expect(answer).toMatchObject({ status: 200, body: String(body?.length ?? 0) });
  expect(drained.begun).toBe(0);
  await until(() => router.table.leaving().length === 0, 'the end of the drain');
});

test('a WebSocket goes to another node, and the drained one hears nothing of it', async () => {
  const drained = await stage.node();
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  stage.onClear(async () => server.close());
  await once(server, 'listening');
  const node = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  const { router, url } = await overtaken(memberOf(drained), memberOf(node));
  const socket = new WebSocket(url.replace('http', 'ws'));
  await once(socket, 'open');
  socket.terminate();
  expect(drained.begun).toBe(0);
  await until(() => router.table.leaving().length === 0, 'the end of the drain');
});
