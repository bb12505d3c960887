import { afterEach, expect, test } from '@jest/globals';
import { newWorld, type World } from '../../support/agent-world.ts';

let world: World;
afterEach(() => world.end());

/** A metrics server that is told until the agent says that it is enough, and a little longer. */
const pushing = async (endsAfterMs = 0) => {
  const told = { since: 0, over: false };
  world = await newWorld({
    push: async (signal) => {
      told.since += 1;
      while (!signal.aborted) await world.clock.sleep(60_000, signal);
      await world.clock.sleep(endsAfterMs);
      told.over = true;
    },
  });
  return told;
};

test('metrics go as long as the agent runs, and the agent waits for their end', async () => {
  const told = await pushing(300);
  const node = world.node('web-1');
  node.start();
  await world.untilState('web-1', 'serving');
  expect(told).toEqual({ since: 1, over: false });
  await node.terminate();
  expect(told.over).toBe(true);
});

test('metrics go while Redis is away, and rounds go while metrics hang', async () => {
  const told = await pushing();
  world.server.goAway();
  const node = world.node('web-1');
  node.start();
  await world.clock.run(5_000);
  expect(told.since).toBe(1);
  world.server.comeBack();
  await world.untilState('web-1', 'serving');
  node.vitals.set({ cpu: 0.99 });
  await world.untilState('web-1', 'rebooting');
});
