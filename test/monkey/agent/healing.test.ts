import { afterEach, describe, expect, test } from '@jest/globals';
import { leave } from '../../../monkey/doctor/hand/leave.ts';
import { newWorld, policyForTests, type World } from '../../support/agent-world.ts';
import { draftOf, put } from '../../support/nodes.ts';

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

test('a node that calms down once drained was busy: it returns, and is not rebooted', async () => {
  await serving();
  const node = world.node('web-1');
  node.vitals.set({ cpu: 0.99 });
  await world.untilState('web-1', 'draining');
  node.vitals.set({ cpu: 0.2 });
  await world.untilState('web-1', 'serving');
  expect(world.power.reboots('web-1')).toBe(0);
  expect((await world.incidents())[0]?.outcome).toBe('busy');
  expect(world.told('busy')).toHaveLength(1);
  expect(await world.record('web-1')).toMatchObject({ servingSinceMs: expect.any(Number) });
});

test('a node that is busy again and again is drained ever less often, and people hear how often', async () => {
  await serving({ policy: { ...policyForTests, limits: { ...policyForTests.limits, cooldown: '1m' } } });
  const node = world.node('web-1');
  const admissions: number[] = [];
  for (let time = 1; time <= 3; time += 1) {
    node.vitals.set({ cpu: 0.99 });
    await world.untilState('web-1', 'draining', 600_000);
    admissions.push((await world.record('web-1'))?.sinceMs ?? 0);
    node.vitals.set({ cpu: 0.2 });
    await world.untilState('web-1', 'serving');
    expect((await world.record('web-1'))?.busy).toBe(time);
  }
  const waits = admissions.slice(1).map((atMs, index) => Math.floor((atMs - (admissions[index] ?? 0)) / 60_000));
  expect(waits).toEqual([2, 4]);
  expect(world.told('busy').map(({ text }) => text)).toEqual([
    expect.stringContaining('it was load; it is left alone for 2m'),
    expect.stringContaining('it was load, 2 times in a row; it is left alone for 4m'),
    expect.stringContaining('it was load, 3 times in a row; it is left alone for 8m'),
  ]);
  expect(world.power.reboots('web-1')).toBe(0);
});

describe('a drained node that has calmed down because its app died', () => {
  const died = async (): Promise<void> => {
    await serving();
    const node = world.node('web-1');
    node.vitals.set({ cpu: 0.99 });
    await world.untilState('web-1', 'draining');
    node.probe.fail('status', 'ECONNREFUSED');
    node.vitals.set({ cpu: 0.01 });
    await world.untilState('web-1', 'checking');
  };

  test('is checked instead of given back, and returns once it passes', async () => {
    await died();
    expect(world.told('busy')).toEqual([]);
    expect(await world.record('web-1')).toHaveProperty('incident');
    world.node('web-1').probe.fail('status', undefined);
    await world.untilState('web-1', 'serving');
    expect((await world.incidents())[0]?.outcome).toBe('returned');
    expect(world.power.reboots('web-1')).toBe(0);
  });

  test('is quarantined where it does not come back', async () => {
    await died();
    await world.untilState('web-1', 'quarantined');
    expect((await world.incidents())[0]?.outcome).toBe('quarantined');
  });
});

test('a step that fails again and again is logged once', async () => {
  await serving();
  const node = world.node('web-1');
  const failures = () => node.log.filter(({ event }) => event === 'step-failed').length;
  const { establishedTo } = node.machine;
  Object.assign(node.machine, { establishedTo: () => Promise.reject(new Error('/proc is gone')) });
  node.vitals.set({ cpu: 0.99 });
  await world.untilState('web-1', 'draining');
  await world.clock.run(20_000);
  expect(failures()).toBe(1);
  Object.assign(node.machine, { establishedTo });
  await world.untilState('web-1', 'rebooting');
});

test('a node that has only cooled a little without any traffic is still sick', async () => {
  await serving();
  const node = world.node('web-1');
  node.vitals.set({ cpu: 0.99 });
  await world.untilState('web-1', 'draining');
  node.vitals.set({ cpu: 0.8 });
  await world.untilState('web-1', 'rebooting');
});

test('a runaway thread is sickness, however idle the rest of the machine is', async () => {
  await serving();
  world.node('web-1').vitals.set({ cpu: 0.5, busiestThread: 0.99 });
  await world.untilState('web-1', 'rebooting');
  await world.untilState('web-1', 'serving');
  expect(world.power.reboots('web-1')).toBe(1);
});

test('a node whose CPU cannot be measured once it is drained goes back untreated, with a warning', async () => {
  await serving();
  const node = world.node('web-1');
  node.vitals.set({ cpu: 0.99 });
  await world.untilState('web-1', 'draining');
  node.vitals.set({ cpu: '/proc is gone' });
  await world.untilState('web-1', 'serving');
  expect(world.power.reboots('web-1')).toBe(0);
  expect(world.told('returned')[0]).toMatchObject({ urgency: 'warning' });
});

test('a drain waits for what is in flight, and for connections that no router knows of', async () => {
  await serving();
  const node = world.node('web-1');
  world.router.inFlight = 4;
  node.machine.connect(8080, 2);
  node.vitals.set({ cpu: 0.99 });
  await world.untilState('web-1', 'draining');
  await world.clock.run(5_000);
  world.router.inFlight = 0;
  await world.clock.run(5_000);
  expect(world.told('drained')).toEqual([]);
  node.machine.connect(8080, 0);
  await world.untilState('web-1', 'rebooting', 10_000);
  expect(world.told('drained')[0]?.text).toContain('the only router let go');
});

test('a drain that nobody confirms lasts until its deadline, and no longer', async () => {
  await serving();
  world.router.alive = false;
  world.node('web-1').vitals.set({ cpu: 0.99 });
  await world.untilState('web-1', 'draining');
  await world.clock.run(29_000);
  expect(world.told('drained')).toEqual([]);
  await world.clock.run(2_000);
  expect(world.told('drained')[0]?.text).toContain('its deadline of 30s passed: routers are silent: router-1');
});

test('a clock of Redis that jumps neither holds a drain up nor ends it early', async () => {
  await serving();
  world.router.inFlight = 1;
  world.node('web-1').vitals.set({ cpu: 0.99 });
  await world.untilState('web-1', 'draining');
  const now = world.server.now;
  Object.assign(world.server, { now: () => now() + 3_600_000 });
  await world.clock.run(20_000);
  expect(world.told('drained')).toEqual([]);
  Object.assign(world.server, { now: () => now() - 3_600_000 });
  await world.clock.run(12_000);
  expect(world.told('drained')).toHaveLength(1);
});

test('a draining node that is needed, because others have failed, returns if it passes its checks', async () => {
  await serving({ others: 1 });
  const node = world.node('web-1');
  world.router.inFlight = 1;
  node.probe.fail('status', '500');
  node.vitals.set({ cpu: 0.99 });
  await world.untilState('web-1', 'draining');
  await world.change(draftOf([put('other-1', { state: 'quarantined' })]));
  await world.clock.run(3_000);
  expect(await world.state('web-1')).toBe('draining');
  node.probe.fail('status', undefined);
  await world.untilState('web-1', 'serving', 5_000);
  expect(world.told('returned')[0]?.text).toContain('others failed meanwhile: 0 serve, 1 must');
  expect(world.power.reboots('web-1')).toBe(0);
});

test('a machine that booted on its own is checked before it serves again', async () => {
  await serving();
  const node = world.node('web-1');
  node.probe.fail('content', 'nothing came');
  world.reboot('web-1');
  await world.untilState('web-1', 'checking');
  expect((await world.view()).live).not.toContain('http://web-1.test:8080');
  node.probe.fail('content', undefined);
  await world.untilState('web-1', 'serving');
  expect(world.told('booted')).toHaveLength(1);
  expect(await world.incidents()).toEqual([]);
});

describe('checks that fail until their deadline', () => {
  const rebootedWithoutItsApp = async (): Promise<void> => {
    const node = world.node('web-1');
    node.vitals.set({ cpu: 0.99 });
    await world.untilState('web-1', 'rebooting');
    node.probe.fail('status', '503 instead of 200');
    await world.untilState('web-1', 'checking');
  };

  test('put the node into quarantine, which pages a human and lasts', async () => {
    await serving();
    await rebootedWithoutItsApp();
    await world.untilState('web-1', 'quarantined');
    const [page] = world.told('quarantined');
    expect(page).toMatchObject({ urgency: 'page' });
    expect(page?.text).toContain('503 instead of 200');
    expect((await world.incidents())[0]?.outcome).toBe('quarantined');
    world.node('web-1').probe.fail('status', undefined);
    world.node('web-1').kill();
    world.node('web-1').start();
    await world.clock.run(120_000);
    expect(await world.state('web-1')).toBe('quarantined');
  });

  test('leave the node being checked where too few would serve, and page once', async () => {
    await serving({ others: 1 });
    await rebootedWithoutItsApp();
    await world.change(draftOf([put('other-1', { state: 'quarantined' })]));
    await world.clock.run(600_000);
    expect(await world.state('web-1')).toBe('checking');
    expect(world.told('not-quarantined')).toHaveLength(1);
    expect(world.told('not-quarantined')[0]).toMatchObject({ urgency: 'page' });
    expect(world.told('check')).toHaveLength(3);
    const entries = (await world.incidents())[0]?.entries.length ?? 0;
    await world.clock.run(600_000);
    expect((await world.incidents())[0]?.entries).toHaveLength(entries);
    world.node('web-1').probe.fail('status', undefined);
    await world.untilState('web-1', 'serving');
    expect((await world.incidents())[0]?.outcome).toBe('healed');
  });

  test('end at once when somebody else decides about the node', async () => {
    world = await newWorld({ policy: { ...policyForTests, checks: { deadline: '10m', every: '1s' } } });
    const node = world.node('web-1');
    node.probe.fail('status', '503');
    node.start();
    await world.untilState('web-1', 'checking');
    await world.clock.run(3_000);
    const tries = node.probe.tries();
    expect(tries).toBeGreaterThan(0);
    await world.change(leave({ node: 'web-1', by: 'ann', because: 'enough', force: false }));
    await world.clock.run(2_000);
    const triesAtTheEnd = node.probe.tries();
    await world.clock.run(60_000);
    expect(node.probe.tries()).toBe(triesAtTheEnd);
  });
});

test('an agent at rest reads the pool once a round, beats once a second, and commits nothing', async () => {
  await serving();
  const node = world.node('web-1');
  await world.clock.run(5_000);
  const [reads, beats, commits] = (['view', 'beat', 'commit'] as const).map(node.calls);
  await world.clock.run(100_000);
  expect(node.calls('view') - reads!).toBeLessThanOrEqual(105);
  expect(node.calls('beat') - beats!).toBeGreaterThanOrEqual(95);
  expect(node.calls('commit') - commits!).toBe(0);
});

test('an agent whose node waits for a human reads no more than one at rest', async () => {
  await serving();
  const node = world.node('web-1');
  const { version: _version, commit: _commit, ...record } = (await world.record('web-1'))!;
  await world.change(draftOf([{ kind: 'put-node', node: { ...record, state: 'quarantined' } }]));
  await world.clock.run(5_000);
  const reads = node.calls('view');
  await world.clock.run(100_000);
  expect(node.calls('view') - reads).toBeLessThanOrEqual(105);
});
