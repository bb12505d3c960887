import { afterEach, describe, expect, test } from '@jest/globals';
import { drain } from '../../../monkey/doctor/hand/drain.ts';
import { pause, resume } from '../../../monkey/doctor/hand/lever.ts';
import { newWorld, policyForTests, type World } from '../../support/agent-world.ts';
import { draftOf, put } from '../../support/nodes.ts';

let world: World;
afterEach(() => world.end());

/** A node of ours that serves, whose agent can restart its service. */
const serving = async (given: Parameters<typeof newWorld>[0] = {}): Promise<World> => {
  world = await newWorld({ restarts: true, ...given });
  world.node('web-1').start();
  await world.untilState('web-1', 'serving');
  return world;
};

const sickOfMemory = (): void => world.node('web-1').vitals.set({ memory: 0.99 });
/** The restart of the service gives its memory back. */
const restartCures = (): void => {
  const { service, vitals } = world.node('web-1');
  service.onRestart = () => vitals.set({ memory: 0.2 });
};
const restarts = (): number => world.node('web-1').service.restarts();
const toldBack = (): Promise<void> =>
  world.clock.until(async () => world.told('back').length > 0, 300_000, 'the return');
const remedies = async (): Promise<readonly string[]> =>
  (await world.record('web-1'))!.remedies?.map(({ remedy, finding }) => `${remedy} ${finding}`) ?? [];

test('a node without memory is drained, its service is restarted, it is checked and put back', async () => {
  await serving();
  restartCures();
  sickOfMemory();
  await toldBack();
  expect(restarts()).toBe(1);
  expect(world.power.reboots('web-1')).toBe(0);
  const [incident] = await world.incidents();
  expect(incident?.outcome).toBe('healed');
  expect(incident?.entries.map(({ step }) => step)).toEqual([
    ...['found', 'draining', 'drained', 'evidence', 'restarting', 'restarted', 'check', 'check', 'check', 'back'],
  ]);
  expect(world.told('sick')[0]?.detail).toMatchObject({ finding: 'memory' });
  const record = await world.record('web-1');
  for (const gone of ['drain', 'purpose', 'drained', 'restarting', 'remedy', 'finding', 'incident', 'owner'])
    expect(record).not.toHaveProperty(gone);
  expect(await remedies()).toEqual(['restart-service memory']);
});

test('memory that is free once drained was load: nothing is restarted', async () => {
  await serving();
  sickOfMemory();
  await world.untilState('web-1', 'draining');
  world.node('web-1').vitals.set({ memory: 0.3 });
  await world.untilState('web-1', 'serving');
  expect(restarts()).toBe(0);
  expect((await world.incidents())[0]?.outcome).toBe('busy');
});

test('pressure is judged without traffic once what the kernel remembers of the traffic has faded', async () => {
  const policy = { ...policyForTests, vitals: { ...policyForTests.vitals, pressure: { act: 'treat' } } } as const;
  await serving({ policy });
  world.node('web-1').vitals.set({ memoryPressure: 0.9 });
  await world.clock.until(() => world.told('drained').length > 0, 60_000, 'the end of the drain');
  await world.clock.run(90_000);
  expect(await world.state('web-1')).toBe('draining');
  world.node('web-1').vitals.set({ memoryPressure: 0.19 });
  await world.untilState('web-1', 'serving', 20_000);
  expect((await world.incidents())[0]?.outcome).toBe('busy');
  expect(world.power.reboots('web-1')).toBe(0);
});

test('a node that does not know how to restart its service is rebooted, and the reason is told', async () => {
  await serving({ restarts: false });
  sickOfMemory();
  await toldBack();
  expect(world.power.reboots('web-1')).toBe(1);
  expect(world.told('rebooting')[0]?.text).toContain('no restart-service: agent.service does not say what to restart');
});

test('CPU begins with the reboot, also where the service could be restarted', async () => {
  await serving();
  world.node('web-1').vitals.set({ cpu: 0.99 });
  await toldBack();
  expect(restarts()).toBe(0);
  expect(world.power.reboots('web-1')).toBe(1);
});

test('processes that are killed again and again for want of memory are a reason to restart', async () => {
  await serving();
  const { service, vitals } = world.node('web-1');
  service.onRestart = () => vitals.set({ oomKills: 0, memory: 0.2 });
  vitals.set({ oomKills: 1, memory: 0.9 });
  await toldBack();
  expect(restarts()).toBe(1);
  expect(await remedies()).toEqual(['restart-service oom']);
});

describe('checks that fail on a serving node', () => {
  test('are told once and treat nobody, where the policy does not say so', async () => {
    await serving();
    world.node('web-1').probe.fail('status', '503');
    await world.clock.run(60_000);
    expect(await world.state('web-1')).toBe('serving');
    expect(world.told('reported')).toHaveLength(1);
    expect(world.told('reported')[0]).toMatchObject({ urgency: 'warning', detail: { finding: 'check' } });
    expect(world.told('reported')[0]?.text).toContain('status: 503');
    world.node('web-1').probe.fail('status', undefined);
    await world.clock.run(10_000);
    world.node('web-1').probe.fail('status', '503');
    await world.clock.run(60_000);
    expect(world.told('reported')).toHaveLength(2);
  });

  const treated = { ...policyForTests, vitals: { ...policyForTests.vitals, check: { act: 'treat' } } } as const;

  test('are a reason to restart the service where it does', async () => {
    await serving({ policy: treated });
    const { probe, service } = world.node('web-1');
    service.onRestart = () => probe.fail('status', undefined);
    probe.fail('status', '503');
    await toldBack();
    expect(restarts()).toBe(1);
    expect(await remedies()).toEqual(['restart-service check']);
  });

  test('and pass once drained were load', async () => {
    await serving({ policy: treated });
    const { probe } = world.node('web-1');
    probe.fail('status', '503');
    await world.untilState('web-1', 'draining');
    probe.fail('status', undefined);
    await world.untilState('web-1', 'serving');
    expect((await world.incidents())[0]?.outcome).toBe('busy');
    expect(restarts()).toBe(0);
  });

  test('delay no round: a node that burns is found while a check hangs', async () => {
    await serving();
    const { probe, vitals } = world.node('web-1');
    Object.assign(probe, { check: () => new Promise(() => undefined) });
    vitals.set({ cpu: 0.99 });
    await world.untilState('web-1', 'draining', 5_000);
  });
});

test('a full disk pages a human, once, and the node goes on serving', async () => {
  await serving();
  world.node('web-1').vitals.set({ disk: 0.99 });
  await world.clock.run(60_000);
  expect(await world.state('web-1')).toBe('serving');
  expect(world.told('reported')).toHaveLength(1);
  expect(world.told('reported')[0]).toMatchObject({ urgency: 'page', detail: { finding: 'disk' } });
  expect(world.told('reported')[0]?.text).toContain('bytes of / 99%, threshold 95%');
});

describe('where the restart of the service does not help', () => {
  const failsItsChecks = (): void => {
    const { service, probe } = world.node('web-1');
    service.onRestart = () => probe.fail('status', '503');
  };

  test('and the checks fail after it, the machine is rebooted', async () => {
    await serving();
    failsItsChecks();
    sickOfMemory();
    await world.untilState('web-1', 'rebooting', 200_000);
    world.node('web-1').probe.fail('status', undefined);
    await toldBack();
    expect(restarts()).toBe(1);
    expect(world.power.reboots('web-1')).toBe(1);
    expect(await remedies()).toEqual(['restart-service memory', 'reboot memory']);
    const [incident] = await world.incidents();
    expect(incident?.outcome).toBe('healed');
    expect(incident?.entries.filter(({ step }) => step === 'evidence')).toHaveLength(1);
    expect(world.told('rebooting')[0]?.text).toContain('not well after the restart of its service');
  });

  test('and a human holds the node by then, it is held and not rebooted', async () => {
    await serving();
    failsItsChecks();
    sickOfMemory();
    await world.untilState('web-1', 'checking');
    await world.change(drain({ node: 'web-1', by: 'ann', because: 'a look', force: false }));
    await world.untilState('web-1', 'held', 60_000);
    expect(world.power.reboots('web-1')).toBe(0);
  });

  const pausedInChecking = async (): Promise<void> => {
    await serving();
    failsItsChecks();
    sickOfMemory();
    await world.untilState('web-1', 'checking');
    await world.change(pause({ by: 'ann', because: 'a release', force: false }));
  };

  test('and healing is paused by then, its reboot waits for that, which is told once', async () => {
    await pausedInChecking();
    await world.clock.run(300_000);
    expect(await world.state('web-1')).toBe('checking');
    expect(world.power.reboots('web-1')).toBe(0);
    expect(world.told('not-rebooted')).toHaveLength(1);
    expect(world.told('not-rebooted')[0]?.text).toContain('healing is paused by ann');
    await world.change(resume({ by: 'ann' }));
    await world.untilState('web-1', 'rebooting', 150_000);
    world.node('web-1').probe.fail('status', undefined);
    await toldBack();
    expect(world.power.reboots('web-1')).toBe(1);
  });

  test('and healing stays paused, it is quarantined at the deadline and not rebooted', async () => {
    await pausedInChecking();
    await world.untilState('web-1', 'quarantined', 900_000);
    expect(world.power.reboots('web-1')).toBe(0);
    expect((await world.record('web-1'))?.because).toContain('healing is paused by ann');
  });

  test('and EC2 throttles for a moment, the machine is rebooted after that', async () => {
    await serving();
    failsItsChecks();
    sickOfMemory();
    await world.untilState('web-1', 'checking');
    world.power.throttle(true);
    await world.clock.run(60_000);
    expect(await world.state('web-1')).toBe('checking');
    world.power.throttle(false);
    await world.untilState('web-1', 'rebooting', 150_000);
  });

  test('and the reboots of the day are spent, it is quarantined', async () => {
    const spent = { ...policyForTests, limits: { ...policyForTests.limits, reboots: { pool: 1, node: 1 } } };
    await serving({ policy: spent });
    world.node('web-1').vitals.set({ cpu: 0.99 });
    await toldBack();
    await world.clock.run(3_600_000);
    failsItsChecks();
    sickOfMemory();
    await world.untilState('web-1', 'quarantined', 120_000);
    expect(world.power.reboots('web-1')).toBe(1);
    expect((await world.record('web-1'))?.because).toContain('node-budget: 1 of 1 reboots');
  });

  test('and it comes back within a day, the restart is skipped', async () => {
    await serving();
    restartCures();
    sickOfMemory();
    await toldBack();
    await world.clock.run(3_600_000);
    sickOfMemory();
    await world.clock.until(async () => world.told('back').length > 1, 300_000, 'the second return');
    expect(restarts()).toBe(1);
    expect(await remedies()).toEqual(['restart-service memory', 'reboot memory']);
    expect(world.told('rebooting')[0]?.text).toContain('restart-service did not cure memory');
  });

  test('because it surely failed, the machine is rebooted out of the same drain', async () => {
    await serving();
    world.node('web-1').service.answer({ kind: 'failed', because: 'Access denied' });
    sickOfMemory();
    await toldBack();
    expect(restarts()).toBe(1);
    expect(world.power.reboots('web-1')).toBe(1);
    expect(world.told('rebooting')[0]?.text).toContain('the service could not be restarted: Access denied');
    expect(world.told('evidence')).toHaveLength(1);
  });

  /** The pool has one reboot an hour, and another node has just had it. */
  const spentByAnother = { ...policyForTests, limits: { ...policyForTests.limits, reboots: { pool: 1, node: 2 } } };
  const anotherWasRebooted = async (): Promise<void> => {
    const { nowMs } = await world.view();
    const spent = { remedies: [{ remedy: 'reboot', finding: 'cpu', atMs: nowMs }] } as const;
    await world.change(draftOf([put('other-1', spent)]));
  };

  test('because it surely failed, no budget is passed over: the node goes out', async () => {
    await serving({ policy: spentByAnother });
    await anotherWasRebooted();
    world.node('web-1').service.answer({ kind: 'failed', because: 'Access denied' });
    sickOfMemory();
    await world.untilState('web-1', 'quarantined');
    expect(restarts()).toBe(1);
    expect(world.power.reboots('web-1')).toBe(0);
    expect((await world.record('web-1'))?.because).toContain('pool-budget: 1 of 1 reboots');
  });

  test('because nobody knows what came of it, the checks say; passing proves no remedy', async () => {
    await serving();
    world.node('web-1').service.answer({ kind: 'unknown', because: 'no answer within 90 s' });
    sickOfMemory();
    await world.untilState('web-1', 'checking');
    await world.untilState('web-1', 'serving');
    expect(world.told('restart-unproven')).toHaveLength(1);
    expect((await world.incidents())[0]?.outcome).toBe('returned');
  });
});

describe("where the next remedy is a controller's", () => {
  const sickAgain = async (): Promise<void> => {
    await serving();
    world.node('web-1').vitals.set({ cpu: 0.99 });
    await toldBack();
    await world.clock.run(3_600_000);
    world.node('web-1').vitals.set({ cpu: 0.99 });
  };

  test('the node is quarantined, wants it, and a human is paged', async () => {
    await sickAgain();
    await world.untilState('web-1', 'quarantined');
    expect(world.power.reboots('web-1')).toBe(1);
    expect(await world.record('web-1')).toMatchObject({ wants: 'stop-start', finding: 'cpu' });
    const [page] = world.told('quarantined');
    expect(page).toMatchObject({ urgency: 'page', detail: { wants: 'stop-start' } });
    expect(page?.text).toContain('reboot did not cure cpu');
    expect(page?.text).toContain('Next, a controller may try stop-start; else a human: monkey readmit web-1');
    expect((await world.incidents())[0]).toMatchObject({ outcome: 'quarantined' });
    expect((await world.incidents())[0]?.entries.map(({ step }) => step)).toContain('evidence');
  });

  test('load is told from sickness first', async () => {
    await sickAgain();
    await world.untilState('web-1', 'draining');
    world.node('web-1').vitals.set({ cpu: 0.1 });
    await world.untilState('web-1', 'serving');
  });
});

describe('an agent that is killed', () => {
  /** Right after its commit `what`, before it hears of it; and starts again. */
  const killAfter = (what: string): void => {
    const node = world.node('web-1');
    let killed = false;
    world.server.onCommit = () => {
      if (killed || !JSON.stringify(world.server.data.events.at(-1)?.fields ?? []).includes(`"${what}"`)) return;
      killed = true;
      node.kill();
      void world.clock.sleep(500).then(() => node.start());
    };
  };

  test.each(['admitted', 'drained', 'restarting', 'restarted', 'back'])(
    'right after it committed %s goes on where it was',
    async (what) => {
      await serving();
      restartCures();
      killAfter(what);
      sickOfMemory();
      await toldBack();
      await world.clock.run(10_000);
      expect(restarts()).toBe(1);
      expect(world.power.reboots('web-1')).toBe(0);
      expect(await world.state('web-1')).toBe('serving');
      const [incident, ...others] = await world.incidents();
      expect(others).toEqual([]);
      const steps = incident?.entries.map(({ step }) => step) ?? [];
      for (const step of ['found', 'drained', 'evidence', 'restarting', 'restarted', 'back'])
        expect(steps.filter((one) => one === step)).toEqual([step]);
    },
  );

  test('in the middle of the restart restarts again, which harms nobody', async () => {
    await serving();
    const node = world.node('web-1');
    node.service.onRestart = () => {
      if (restarts() > 1) node.vitals.set({ memory: 0.2 });
      else {
        node.kill();
        void world.clock.sleep(500).then(() => node.start());
      }
    };
    sickOfMemory();
    await toldBack();
    expect(restarts()).toBe(2);
    expect(await remedies()).toEqual(['restart-service memory']);
  });

  test('in the middle of a restart that cured reboots nothing because the second one failed', async () => {
    await serving();
    const node = world.node('web-1');
    node.service.onRestart = () => {
      if (restarts() > 1) return;
      node.vitals.set({ memory: 0.2 });
      node.service.answer({ kind: 'failed', because: 'Access denied' });
      node.kill();
      void world.clock.sleep(500).then(() => node.start());
    };
    sickOfMemory();
    await world.untilState('web-1', 'checking');
    await world.untilState('web-1', 'serving');
    expect(restarts()).toBe(2);
    expect(world.power.reboots('web-1')).toBe(0);
    expect(world.told('restart-unproven')[0]?.text).toContain('a second one failed: Access denied');
  });
});

describe('between the intent and the restart', () => {
  /** What somebody else commits right after the intent. */
  const rightAfterIntent = (act: () => Promise<void>): void => {
    let done = false;
    world.server.onCommit = () => {
      if (done || !JSON.stringify(world.server.data.events.at(-1)?.fields ?? []).includes('"restarting"')) return;
      done = true;
      void act();
    };
  };

  test('the lever is asked again: a node whose healing is paused is given back', async () => {
    await serving();
    rightAfterIntent(() => world.change(pause({ by: 'ann', because: 'a release', force: false })));
    sickOfMemory();
    await world.untilState('web-1', 'draining');
    await world.untilState('web-1', 'serving');
    expect(restarts()).toBe(0);
    expect(world.told('returned')[0]?.text).toContain('healing is paused by ann');
  });

  test('no replica confirms it: nothing is restarted until one does', async () => {
    await serving();
    restartCures();
    sickOfMemory();
    await world.untilState('web-1', 'draining');
    world.server.replica = 'silent';
    await world.clock.until(async () => (await world.record('web-1'))?.restarting !== undefined, 60_000, 'the intent');
    await world.clock.run(20_000);
    expect(restarts()).toBe(0);
    world.server.replica = 'answers';
    await toldBack();
    expect(restarts()).toBe(1);
    expect(await remedies()).toEqual(['restart-service memory']);
  });

  test('a human takes the node: it is held, and nothing is restarted', async () => {
    await serving();
    rightAfterIntent(() => world.change(drain({ node: 'web-1', by: 'ann', because: 'a look', force: false })));
    sickOfMemory();
    await world.untilState('web-1', 'held');
    expect(restarts()).toBe(0);
  });
});
