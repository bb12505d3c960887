import { afterEach, describe, expect, test } from '@jest/globals';
import { drain } from '../../../monkey/doctor/hand/drain.ts';
import { pause } from '../../../monkey/doctor/hand/lever.ts';
import { newWorld, policyForTests, type World } from '../../support/agent-world.ts';
import { draftOf, put } from '../../support/nodes.ts';

let world: World;
afterEach(() => world.end());

/** The pool has one reboot an hour. */
const policy = { ...policyForTests, limits: { ...policyForTests.limits, reboots: { pool: 1, node: 2 } } };

/** Another node has had it, and in so many milliseconds from now it counts no more. */
const spentFor = async (ms: number): Promise<void> => {
  const { nowMs } = await world.view();
  const atMs = nowMs - 3_600_000 + ms;
  await world.change(draftOf([put('other-1', { remedies: [{ remedy: 'reboot', finding: 'cpu', atMs }] })]));
};

/** A node that is sick, whose agent cannot restart its service, and whose drain has come to a reboot that waits. */
const waiting = async (given: { readonly forMs: number; readonly evidence?: boolean }): Promise<void> => {
  world = await newWorld({ policy, restarts: true, evidence: given.evidence ?? false });
  world.node('web-1').start();
  await world.untilState('web-1', 'serving');
  world.node('web-1').service.answer({ kind: 'failed', because: 'Access denied' });
  await spentFor(given.forMs);
  world.node('web-1').vitals.set({ memory: 0.99 });
  await world.clock.until(() => world.told('not-rebooted').length > 0, 60_000, 'the wait');
};

const settledIn = async (state: string, atMostMs = 900_000): Promise<void> => {
  await world.clock.until(async () => (await world.state('web-1')) === state, atMostMs, state);
};
const steps = async () => (await world.incidents())[0]?.entries.map(({ step }) => step) ?? [];
const countOf = async (step: string) => (await steps()).filter((one) => one === step).length;

test('a drained node is rebooted once the budget of the pool has room, and no human is called', async () => {
  await waiting({ forMs: 240_000 });
  await world.clock.run(180_000);
  expect(await world.state('web-1')).toBe('draining');
  expect(world.power.reboots('web-1')).toBe(0);
  await world.clock.until(() => world.told('back').length > 0, 400_000, 'the return');
  expect(world.power.reboots('web-1')).toBe(1);
  expect(world.told('not-rebooted')).toHaveLength(1);
  expect(world.notices().filter(({ urgency }) => urgency === 'page')).toEqual([]);
  expect(await countOf('reboot-waits')).toBe(1);
  expect(await world.record('web-1')).not.toHaveProperty('rebootWaits');
});

test('its evidence is told once, with the wait', async () => {
  await waiting({ forMs: 120_000, evidence: true });
  await world.clock.until(() => world.told('back').length > 0, 400_000, 'the return');
  expect(world.told('evidence')).toHaveLength(1);
  expect(await countOf('evidence')).toBe(1);
});

test('one that calms down while it waits was load: it is given back and not rebooted', async () => {
  await waiting({ forMs: 240_000, evidence: true });
  await world.clock.run(60_000);
  world.node('web-1').vitals.set({ memory: 0.2 });
  await settledIn('serving', 60_000);
  await world.clock.run(300_000);
  expect(world.power.reboots('web-1')).toBe(0);
  expect((await world.incidents())[0]?.outcome).toBe('busy');
  expect(await countOf('evidence')).toBe(1);
});

test('one that waits in vain, because others are rebooted meanwhile, is quarantined in the time of a reboot', async () => {
  await waiting({ forMs: 240_000 });
  await spentFor(3_600_000);
  await settledIn('quarantined', 30_000);
  expect(world.power.reboots('web-1')).toBe(0);
  expect(world.told('quarantined')[0]?.urgency).toBe('page');
});

test('one for which the budget has no room in the time of a reboot does not wait', async () => {
  world = await newWorld({ policy, restarts: true });
  world.node('web-1').start();
  await world.untilState('web-1', 'serving');
  world.node('web-1').service.answer({ kind: 'failed', because: 'Access denied' });
  await spentFor(1_800_000);
  world.node('web-1').vitals.set({ memory: 0.99 });
  await world.untilState('web-1', 'quarantined');
  expect(world.told('not-rebooted')).toEqual([]);
});

test('its agent that is killed meanwhile goes on waiting, until the same time, and tells it no second time', async () => {
  await waiting({ forMs: 240_000, evidence: true });
  const before = (await world.record('web-1'))?.rebootWaits;
  world.node('web-1').kill();
  await world.clock.run(2_000);
  world.node('web-1').start();
  await world.clock.run(100_000);
  expect(await world.state('web-1')).toBe('draining');
  expect((await world.record('web-1'))?.rebootWaits).toEqual(before);
  await world.clock.until(() => world.told('back').length > 0, 400_000, 'the return');
  expect(world.power.reboots('web-1')).toBe(1);
  expect(world.node('web-1').service.restarts()).toBe(1);
  expect(world.told('not-rebooted')).toHaveLength(1);
  expect(world.told('evidence')).toHaveLength(1);
});

describe('while it waits', () => {
  test('a pause gives it back', async () => {
    await waiting({ forMs: 240_000 });
    await world.change(pause({ by: 'ann', because: 'a release', force: false }));
    await settledIn('serving', 10_000);
    expect(world.power.reboots('web-1')).toBe(0);
  });

  test("a human's hold is followed", async () => {
    await waiting({ forMs: 240_000 });
    await world.change(drain({ node: 'web-1', by: 'ann', because: 'a look', force: false }));
    await settledIn('held', 10_000);
    expect(world.power.reboots('web-1')).toBe(0);
    expect(await world.record('web-1')).not.toHaveProperty('rebootWaits');
  });

  test('it is given back where too few serve without it and its checks pass', async () => {
    await waiting({ forMs: 240_000 });
    const view = await world.view();
    const away = [...view.nodes.values()].filter(({ id }) => id !== 'web-1');
    await world.change(draftOf(away.map(({ id }) => put(id, { state: 'quarantined' }))));
    await settledIn('serving', 10_000);
    expect((await world.incidents())[0]?.outcome).toBe('returned');
  });
});
