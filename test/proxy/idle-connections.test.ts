import { Agent } from 'node:http';
import { afterEach, beforeEach, jest, test } from '@jest/globals';
import { closeIdleConnections, idleConnections } from '../../proxy/idle-connections.ts';
import { ask, Stage, until } from './stage.ts';

const stage = new Stage();
/** Its looks, one a second, come when the test says so; the connections are real. */
const real = ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate', 'nextTick', 'queueMicrotask'] as const;
beforeEach(() => void jest.useFakeTimers({ doNotFake: [...real, 'Date', 'performance', 'hrtime'] }));
afterEach(async () => {
  jest.useRealTimers();
  await stage.clear();
});

test('closes a connection that carries nothing, and spares one that does', async () => {
  const node = await stage.node();
  const agent = new Agent({ keepAlive: true });
  const end = closeIdleConnections(agent, 1_000);
  stage.onClear(async () => {
    end();
    agent.destroy();
  });
  const idle = (count: number): Promise<void> => until(() => idleConnections(agent).length === count, `${count} idle`);
  const look = (): void => {
    jest.advanceTimersByTime(1_000);
  };
  await Promise.all([ask(node.url, { agent }), ask(node.url, { agent })]);
  await idle(2);
  for (let second = 0; second < 8; second += 1) {
    await ask(node.url, { agent });
    await idle(second < 2 ? 2 : 1);
    look();
  }
  await until(() => node.sockets.size === 1, 'the end of the idle one');
  look();
  await until(() => node.sockets.size === 0, 'the end of the other');
});
