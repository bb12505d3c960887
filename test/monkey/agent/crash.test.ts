import { afterEach, describe, expect, test } from '@jest/globals';
import { newWorld, type World } from '../../support/agent-world.ts';

let world: World;
afterEach(() => world.end());

const serving = async (...given: Parameters<typeof newWorld>): Promise<World> => {
  world = await newWorld(...given);
  world.node('web-1').start();
  await world.untilState('web-1', 'serving');
  return world;
};

/** The agent is killed right after its commit `what`, before it hears that it was applied, and starts again. */
const killAfter = (what: string, restartsAfterMs = 500): { kills: () => number } => {
  const node = world.node('web-1');
  let kills = 0;
  world.server.onCommit = () => {
    const last = world.server.data.events.at(-1)?.fields ?? [];
    const about = JSON.stringify(last);
    if (kills > 0 || !about.includes(`"${what}"`)) return;
    kills += 1;
    node.kill();
    void world.clock.sleep(restartsAfterMs).then(() => {
      // A machine that goes down meanwhile starts its agent itself.
      if (node.process()?.alive === false) node.start();
    });
  };
  return { kills: () => kills };
};

/** What every healed node looks like, whatever died on the way. */
const healedOnce = async (): Promise<void> => {
  expect(world.power.reboots('web-1')).toBe(1);
  const { live, nodes } = await world.view();
  expect(live.filter((url) => url === 'http://web-1.test:8080')).toHaveLength(1);
  expect(nodes.get('web-1')?.state).toBe('serving');
  const [incident, ...others] = await world.incidents();
  expect(others).toEqual([]);
  expect(incident?.outcome).toBe('healed');
  const steps = incident?.entries.map(({ step }) => step) ?? [];
  for (const step of ['found', 'drained', 'evidence', 'rebooted', 'back'])
    expect(steps.filter((one) => one === step)).toEqual([step]);
  expect(world.told('back')).toHaveLength(1);
  expect(new Set(world.notices().map(({ id }) => id)).size).toBe(world.notices().length);
};

describe('an agent that is killed right after it committed', () => {
  test.each(['admitted', 'drained', 'rebooted', 'back'])('%s goes on where it was', async (what) => {
    await serving();
    const { kills } = killAfter(what);
    world.node('web-1').vitals.set({ cpu: 0.99 });
    await world.clock.until(async () => world.told('back').length > 0, 300_000, 'the return');
    await world.clock.run(10_000);
    expect(kills()).toBe(1);
    await healedOnce();
  });

  test('the intent to reboot asks EC2 once, after the settle time', async () => {
    await serving();
    const { kills } = killAfter('rebooting');
    world.node('web-1').vitals.set({ cpu: 0.99 });
    await world.untilState('web-1', 'rebooting');
    await world.clock.run(230_000);
    expect(world.power.reboots('web-1')).toBe(0);
    await world.clock.until(async () => world.told('back').length > 0, 300_000, 'the return');
    expect(kills()).toBe(1);
    await healedOnce();
  });
});

test('an agent that is killed in the middle of a drain waits for the routers again, and takes no second evidence', async () => {
  await serving();
  world.router.inFlight = 3;
  world.node('web-1').vitals.set({ cpu: 0.99 });
  await world.untilState('web-1', 'draining');
  await world.clock.run(2_000);
  world.node('web-1').kill();
  world.node('web-1').start();
  await world.clock.run(5_000);
  expect(await world.state('web-1')).toBe('draining');
  expect(world.told('drained')).toEqual([]);
  world.router.inFlight = 0;
  await world.clock.until(async () => world.told('back').length > 0, 120_000, 'the return');
  await healedOnce();
});

test('an agent that is killed after EC2 accepted, and starts again before the machine goes down, does not ask again', async () => {
  await serving();
  world.node('web-1').vitals.set({ cpu: 0.99 });
  await world.clock.until(() => world.power.reboots('web-1') === 1, 60_000, 'the call');
  world.node('web-1').kill();
  world.node('web-1').start();
  await world.clock.until(async () => world.told('back').length > 0, 120_000, 'the return');
  await healedOnce();
});

test('an agent that is killed while it checks goes on checking', async () => {
  world = await newWorld();
  const node = world.node('web-1');
  node.probe.fail('content', 'nothing came');
  node.start();
  await world.clock.run(3_000);
  node.kill();
  node.start();
  await world.clock.run(5_000);
  expect(await world.state('web-1')).toBe('checking');
  node.probe.fail('content', undefined);
  await world.untilState('web-1', 'serving');
});

test('a restart of the agent alone leaves its node serving', async () => {
  await serving();
  const { sinceMs } = (await world.record('web-1')) ?? {};
  await world.node('web-1').terminate();
  world.node('web-1').start();
  await world.clock.run(10_000);
  expect(await world.record('web-1')).toMatchObject({ state: 'serving', sinceMs });
  expect(world.node('web-1').ready()).toBe(2);
});
