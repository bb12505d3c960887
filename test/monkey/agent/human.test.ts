/** A human's hand against an agent's treatment: holds, the lever, farewells and forgotten records. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { drain } from '../../../monkey/doctor/hand/drain.ts';
import { forget, leave } from '../../../monkey/doctor/hand/leave.ts';
import { pause, resume } from '../../../monkey/doctor/hand/lever.ts';
import { readmit } from '../../../monkey/doctor/hand/readmit.ts';
import { reboot } from '../../../monkey/doctor/hand/reboot.ts';
import { newWorld, type World } from '../../support/agent-world.ts';

let world: World;
afterEach(() => world.end());

const order = { node: 'web-1', by: 'ann', because: 'a look inside', force: false };
const hold = () => world.change(drain(order));
const pull = () => world.change(pause({ by: 'ann', because: 'a release', force: false }));

const serving = async (...given: Parameters<typeof newWorld>): Promise<World> => {
  world = await newWorld(...given);
  world.node('web-1').start();
  await world.untilState('web-1', 'serving');
  return world;
};

const sick = async (): Promise<void> => {
  await serving();
  world.node('web-1').vitals.set({ cpu: 0.99 });
};

describe("a human's hold", () => {
  test('of a serving node drains it, and then it is held and says why', async () => {
    await serving();
    world.router.inFlight = 2;
    await hold();
    await world.clock.run(3_000);
    expect(await world.state('web-1')).toBe('draining');
    world.router.inFlight = 0;
    await world.untilState('web-1', 'held');
    expect(await world.record('web-1')).toMatchObject({ heldBy: 'ann', because: 'by ann: a look inside' });
    world.node('web-1').vitals.set({ cpu: 0.99 });
    await world.clock.run(60_000);
    expect(await world.state('web-1')).toBe('held');
    expect(world.power.reboots('web-1')).toBe(0);
  });

  test('that comes while a sick node drains holds it instead of rebooting it', async () => {
    await sick();
    world.router.inFlight = 1;
    await world.untilState('web-1', 'draining');
    await hold();
    world.router.inFlight = 0;
    await world.untilState('web-1', 'held');
    await world.clock.run(60_000);
    expect(world.power.reboots('web-1')).toBe(0);
    expect((await world.incidents())[0]?.outcome).toBe('held');
  });

  test('that comes while it is treated keeps its reason until it takes effect', async () => {
    await sick();
    await world.untilState('web-1', 'rebooting');
    await hold();
    world.node('web-1').vitals.set({ cpu: 0.1 });
    await world.untilState('web-1', 'held');
    const record = await world.record('web-1');
    expect(record?.because).toMatch(/^by ann: a look inside; all \d checks passed/);
    expect(record).not.toHaveProperty('holdBecause');
  });

  test('that comes while the drained node is watched holds it instead of rebooting it', async () => {
    await sick();
    await world.clock.until(() => world.told('drained').length === 1, 60_000, 'the end of the drain');
    await hold();
    await world.untilState('web-1', 'held');
    expect(world.power.reboots('web-1')).toBe(0);
  });

  test('that comes while it reboots takes effect after the return', async () => {
    await sick();
    await world.clock.until(() => world.power.reboots('web-1') === 1, 60_000, 'the call');
    await hold();
    await world.untilState('web-1', 'held');
    expect(world.power.reboots('web-1')).toBe(1);
    expect((await world.view()).live).not.toContain('http://web-1.test:8080');
    await world.clock.run(60_000);
    expect(await world.state('web-1')).toBe('held');
  });

  test('that comes while EC2 refuses ends the asking', async () => {
    await sick();
    for (let one = 0; one < 50; one += 1)
      world.power.next({ kind: 'refused', code: 'UnauthorizedOperation', because: 'no' });
    await world.clock.until(() => world.told('not-rebooted').length === 1, 60_000, 'the refusal');
    await hold();
    await world.untilState('web-1', 'held');
    expect(world.power.reboots('web-1')).toBe(0);
  });

  test('survives a boot that nobody asked for', async () => {
    await serving();
    await hold();
    await world.untilState('web-1', 'held');
    world.reboot('web-1');
    await world.clock.run(60_000);
    expect(await world.state('web-1')).toBe('held');
  });

  test('survives a boot in the middle of its drain', async () => {
    await serving();
    world.router.inFlight = 1;
    await hold();
    world.reboot('web-1');
    await world.clock.run(60_000);
    expect(await world.record('web-1')).toMatchObject({ state: 'held', heldBy: 'ann' });
  });

  test('survives a Redis that comes back empty', async () => {
    await serving();
    await hold();
    await world.untilState('web-1', 'held');
    world.server.restartEmpty();
    await world.clock.run(20_000);
    expect(await world.record('web-1')).toMatchObject({ state: 'held', heldBy: 'ann' });
  });

  test('ends with readmit, through checks', async () => {
    await serving();
    await hold();
    await world.untilState('web-1', 'held');
    world.node('web-1').probe.fail('status', '500');
    await world.change(readmit(order));
    await world.clock.run(5_000);
    expect(await world.state('web-1')).toBe('checking');
    world.node('web-1').probe.fail('status', undefined);
    await world.untilState('web-1', 'serving');
  });
});

describe('a reboot by order', () => {
  const orderReboot = () => world.change(reboot(order));

  test('is carried out although the node is calm, proven, checked, and told as who ordered it', async () => {
    await serving();
    await orderReboot();
    expect(await world.record('web-1')).toMatchObject({ state: 'draining', orderedBy: 'ann' });
    await world.untilState('web-1', 'rebooting');
    expect(await world.record('web-1')).toMatchObject({ orderedBy: 'ann' });
    await world.untilState('web-1', 'serving');
    expect(world.power.reboots('web-1')).toBe(1);
    const record = await world.record('web-1');
    expect(record?.remedies).toMatchObject([{ remedy: 'reboot', finding: 'ordered' }]);
    expect(record?.orderedBy).toBeUndefined();
    const [incident] = await world.incidents();
    expect(incident?.outcome).toBe('healed');
    expect(incident?.entries[0]).toMatchObject({ step: 'ordered', detail: { by: 'ann' } });
  });

  test('goes on after the agent was killed while it drained', async () => {
    await serving();
    world.router.inFlight = 1;
    await orderReboot();
    await world.clock.run(1_000);
    world.node('web-1').kill();
    world.node('web-1').start();
    world.router.inFlight = 0;
    await world.untilState('web-1', 'rebooting');
    await world.untilState('web-1', 'serving');
    expect(world.power.reboots('web-1')).toBe(1);
  });

  test('ends where the lever is pulled before the call', async () => {
    await serving();
    world.router.inFlight = 1;
    await orderReboot();
    await pull();
    await world.untilState('web-1', 'serving', 5_000);
    expect(world.power.reboots('web-1')).toBe(0);
  });

  test('yields to a hold that comes while it drains', async () => {
    await serving();
    world.router.inFlight = 1;
    await orderReboot();
    await hold();
    world.router.inFlight = 0;
    await world.untilState('web-1', 'held');
    expect(world.power.reboots('web-1')).toBe(0);
  });
});

describe('the lever', () => {
  test('keeps a sick node in service, and people hear of it once', async () => {
    await sick();
    await pull();
    await world.clock.run(120_000);
    expect(await world.state('web-1')).toBe('serving');
    expect(world.told('refused')).toHaveLength(1);
    expect(world.told('refused')[0]?.text).toContain('healing is paused by ann: a release');
    await world.change(resume({ by: 'ann' }));
    await world.untilState('web-1', 'draining');
  });

  test('pulled while a node drains gives it back', async () => {
    await sick();
    world.router.inFlight = 1;
    await world.untilState('web-1', 'draining');
    await pull();
    await world.untilState('web-1', 'serving', 5_000);
    expect(world.power.reboots('web-1')).toBe(0);
    const [returned] = world.told('returned');
    expect(returned).toMatchObject({ urgency: 'warning' });
    expect(returned?.text).toContain('healing is paused by ann');
  });

  test('pulled after the call was made changes nothing until the return', async () => {
    await sick();
    await world.clock.until(() => world.power.reboots('web-1') === 1, 60_000, 'the call');
    await pull();
    await world.untilState('web-1', 'serving');
    expect(world.power.reboots('web-1')).toBe(1);
  });

  test('pulled while EC2 throttles ends the asking, and a human is paged at the deadline', async () => {
    await sick();
    for (let one = 0; one < 3; one += 1)
      world.power.next({ kind: 'throttled', code: 'RequestLimitExceeded', because: 'slow down' });
    await world.untilState('web-1', 'rebooting');
    await pull();
    await world.untilState('web-1', 'quarantined', 700_000);
    expect(world.power.reboots('web-1')).toBe(0);
    expect(world.told('quarantined')[0]).toMatchObject({ urgency: 'page' });
    expect(world.told('quarantined')[0]?.text).toContain('healing is paused by ann');
  });
});

describe('a node that leaves', () => {
  test('by a human stays out while its agent runs, and does not come back when it is forgotten', async () => {
    await serving();
    await world.change(leave(order));
    await world.untilState('web-1', 'left');
    await world.change(forget(order));
    await world.clock.run(30_000);
    expect(await world.record('web-1')).toBeUndefined();
    const lines = world.node('web-1').log.filter(({ event }) => event === 'forgotten');
    expect(lines).toHaveLength(1);
    world.node('web-1').kill();
    world.node('web-1').start();
    await world.untilState('web-1', 'serving');
  });

  test('because the machine goes down is drained first, and comes back with the next boot', async () => {
    await serving();
    const node = world.node('web-1');
    world.router.inFlight = 1;
    node.machine.shutDown();
    const ended = node.terminate();
    await world.untilState('web-1', 'draining');
    await world.clock.run(2_000);
    world.router.inFlight = 0;
    await ended;
    expect(await world.state('web-1')).toBe('left');
    node.machine.reboot();
    node.start();
    await world.untilState('web-1', 'serving');
  });

  test('in the middle of a treatment is not rebooted by us and does not count as out for ever', async () => {
    await sick();
    world.router.inFlight = 1;
    await world.untilState('web-1', 'draining');
    world.node('web-1').machine.shutDown();
    const ended = world.node('web-1').terminate();
    await world.clock.run(2_000);
    world.router.inFlight = 0;
    await ended;
    expect(await world.record('web-1')).toMatchObject({ state: 'left' });
    expect(world.power.reboots('web-1')).toBe(0);
    expect((await world.incidents())[0]?.outcome).toBe('left');
  });

  test('because of our own reboot finds its record as it was', async () => {
    await sick();
    await world.clock.until(() => world.power.reboots('web-1') === 1, 60_000, 'the call');
    world.node('web-1').machine.shutDown();
    await world.node('web-1').terminate();
    expect(await world.state('web-1')).toBe('rebooting');
    await world.untilState('web-1', 'serving');
    expect((await world.incidents())[0]?.outcome).toBe('healed');
  });

  test('while Redis is away lets the machine go', async () => {
    await serving();
    world.server.goAway();
    world.node('web-1').machine.shutDown();
    await world.node('web-1').terminate();
    expect(world.node('web-1').process()?.ended).toEqual({ kind: 'ended' });
  });
});

test('a record that somebody removed is made anew, and the node is checked', async () => {
  await serving();
  await world.change({
    ...{ what: 'removed', expect: [], notices: [], durable: false },
    writes: [{ kind: 'remove-node', node: 'web-1' }],
  });
  await world.untilState('web-1', 'serving');
  expect(world.told('joined')).toHaveLength(2);
});
