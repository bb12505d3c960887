import { afterEach, expect, test } from '@jest/globals';
import { newWorld, type World } from '../../support/agent-world.ts';

let world: World;
afterEach(() => world.end());

/** A node of ours that serves, with an agent. */
const serving = async (...given: Parameters<typeof newWorld>): Promise<World> => {
  world = await newWorld(...given);
  world.node('web-1').start();
  await world.untilState('web-1', 'serving');
  return world;
};

test('a new node is checked before it serves, and tells that it is ready', async () => {
  world = await newWorld();
  const node = world.node('web-1');
  node.probe.fail('status', '503');
  node.start();
  await world.clock.run(5_000);
  expect(await world.state('web-1')).toBe('checking');
  expect((await world.view()).live).not.toContain('http://web-1.test:8080');
  node.probe.fail('status', undefined);
  await world.untilState('web-1', 'serving');
  expect((await world.view()).live).toContain('http://web-1.test:8080');
  expect(node.ready()).toBe(1);
});

test('a sick node is drained, rebooted, checked and put back, and people hear the whole story', async () => {
  await serving();
  const bootBefore = (await world.record('web-1'))?.bootId;
  world.node('web-1').vitals.set({ cpu: 0.99 });
  await world.untilState('web-1', 'draining');
  await world.untilState('web-1', 'rebooting');
  await world.untilState('web-1', 'serving');
  expect(world.power.reboots('web-1')).toBe(1);
  const record = await world.record('web-1');
  expect(record?.bootId).not.toBe(bootBefore);
  expect(record).not.toHaveProperty('drain');
  expect(record).not.toHaveProperty('incident');
  const [incident] = await world.incidents();
  expect(incident?.outcome).toBe('healed');
  expect(incident?.entries.map(({ step }) => step)).toEqual([
    ...['found', 'draining', 'drained', 'evidence', 'rebooting', 'rebooted', 'check', 'check', 'check', 'back'],
  ]);
  const told = world.notices().filter((notice) => notice.incident === incident?.id);
  expect(told.map(({ kind }) => kind)).toEqual([
    ...['sick', 'draining', 'drained', 'evidence', 'rebooting', 'rebooted', 'check', 'check', 'check', 'back'],
  ]);
  expect(new Set(world.notices().map(({ id }) => id)).size).toBe(world.notices().length);
});
