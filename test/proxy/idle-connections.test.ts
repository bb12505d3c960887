import { Agent } from 'node:http';
import { afterEach, expect, test } from '@jest/globals';
import { closeIdleConnections, idleConnections } from '../../proxy/idle-connections.ts';
import { ask, Stage, until } from './stage.ts';

const stage = new Stage();
afterEach(() => stage.clear());

test('closes a connection that carries nothing, and spares one that does', async () => {
  const node = await stage.node();
  const agent = new Agent({ keepAlive: true });
  const end = closeIdleConnections(agent, 1_000);
  stage.onClear(async () => {
    end();
    agent.destroy();
  });
  await Promise.all([ask(node.url, { agent }), ask(node.url, { agent })]);
  await until(() => idleConnections(agent).length === 2, 'two idle connections');
  const busy = setInterval(() => void ask(node.url, { agent }), 200);
  stage.onClear(async () => clearInterval(busy));
  await until(() => node.sockets.size === 1, 'the end of the idle one');
  const seen = node.seen.length;
  await until(() => node.seen.length > seen + 8, 'more requests');
  expect(node.sockets.size).toBe(1);
  clearInterval(busy);
  await until(() => node.sockets.size === 0, 'the end of the other');
});
