import { afterEach, describe, expect, test } from '@jest/globals';
import { newWorld, type World } from '../../support/agent-world.ts';

let world: World;
afterEach(() => world.end());

const gib = 2 ** 30;
const killedLine =
  '[9.2] Memory cgroup out of memory: Killed process 7 (app) total-vm:9000000kB, anon-rss:3565158kB, file-rss:0kB, shmem-rss:0kB';

/** A node that serves, whose app leaks for some minutes. */
const leaking = async (): Promise<void> => {
  world = await newWorld({ restarts: true, evidence: true });
  const { processes, start } = world.node('web-1');
  const leak = (rssBytes: number): void =>
    processes.set([
      { pid: 1, command: 'db', rssBytes: gib / 2 },
      { pid: 7, command: 'app', rssBytes },
    ]);
  leak(1.2 * gib);
  start();
  await world.untilState('web-1', 'serving');
  for (let minute = 0; minute <= 5; minute += 1) {
    leak((1.2 + (2 * minute) / 5) * gib);
    await world.clock.run(60_000);
  }
};

/** The kernel kills it, and somebody starts another. */
const killApp = (): void => {
  const { vitals, service, processes } = world.node('web-1');
  service.onRestart = () => vitals.set({ oomKills: 0, memory: 0.2 });
  processes.set([
    { pid: 1, command: 'db', rssBytes: gib / 2 },
    { pid: 9, command: 'app', rssBytes: gib / 10 },
  ]);
  vitals.set({ oomKills: 3, memory: 0.9 });
};
const toldBack = (): Promise<void> =>
  world.clock.until(async () => world.told('back').length > 0, 300_000, 'the return');
const evidenceDetail = () => world.told('evidence')[0]?.detail;

test('the finding, the evidence and the notices name who was killed and how it grew; its service is restarted', async () => {
  await leaking();
  world.node('web-1').kernel.lines = [killedLine];
  killApp();
  await toldBack();
  expect(world.node('web-1').service.restarts()).toBe(1);
  expect(world.told('sick')[0]?.text).toMatch(
    /killed: probably app \(pid 7, 3\.2 GiB \d+m?s before\); grew: app 1\.2 → 2\.8 GiB in \dm( \d+s)? [▁-█]{6,7}; biggest now: db 512 MiB, app 102 MiB\.$/,
  );
  const grew = [{ command: 'app', toBytes: 3_565_158 * 1_024 }];
  expect(evidenceDetail()).toMatchObject({ memory: { killed: [{ command: 'app', pid: 7, by: 'kernel' }], grew } });
  const entries = (await world.incidents())[0]?.entries ?? [];
  expect(entries.find(({ step }) => step === 'evidence')?.detail).toMatchObject({ memory: { grew } });
});

test('where the kernel may not be asked it is who is gone, said to be probable, and why is told', async () => {
  await leaking();
  killApp();
  await toldBack();
  expect(world.told('sick')[0]?.text).toMatch(/killed: probably app \(pid 7, 3\.2 GiB \d+m?s before\)/);
  expect(evidenceDetail()).toMatchObject({
    memory: { killed: [{ command: 'app', pid: 7, by: 'gone' }] },
    missing: expect.arrayContaining(["the kernel's log could not be read: not permitted"]),
  });
});

test('what was only probable gives way to what the kernel says, with the evidence', async () => {
  await leaking();
  world.node('web-1').kernel.lines = [killedLine.replace('(app)', '(worker)').replace(' 7 ', ' 8 ')];
  killApp();
  await toldBack();
  expect(world.told('sick')[0]?.text).toContain('killed: probably app (pid 7');
  expect(evidenceDetail()).toMatchObject({ memory: { killed: [{ command: 'worker', pid: 8, by: 'kernel' }] } });
});

test('kills of long ago are not told of what comes later', async () => {
  await leaking();
  killApp();
  await toldBack();
  await world.clock.run(700_000);
  world.node('web-1').vitals.set({ memory: 0.99 });
  await world.untilState('web-1', 'draining');
  await world.clock.until(() => world.told('evidence').length > 1, 60_000, 'the evidence');
  const biggest = [{ command: 'db' }, { command: 'app' }];
  expect(world.told('evidence')[1]?.detail).toMatchObject({ memory: { killed: [], biggest } });
});

test('the verdict stands before the kernel’s log is asked for, since to start a program may hold the agent', async () => {
  await leaking();
  const { kernel } = world.node('web-1');
  const states: (string | undefined)[] = [];
  kernel.onRead = async () => void states.push(await world.state('web-1'));
  killApp();
  await toldBack();
  expect(new Set(states)).toEqual(new Set(['draining']));
});

test('the kernel names them in the evidence also where processes can not be read', async () => {
  await leaking();
  world.node('web-1').kernel.lines = [killedLine];
  killApp();
  world.node('web-1').processes.fail('no /proc');
  await toldBack();
  expect(evidenceDetail()).toMatchObject({ memory: { killed: [{ command: 'app', pid: 7, by: 'kernel' }] } });
});

describe('decides nothing:', () => {
  test('processes that cannot be read leave a finding without names, and the same treatment', async () => {
    await leaking();
    killApp();
    world.node('web-1').processes.fail('no /proc');
    await toldBack();
    expect(world.node('web-1').service.restarts()).toBe(1);
    expect(world.told('sick')[0]?.text).toContain('3 processes were killed for want of memory');
  });

  test('a finding of CPU tells nothing of memory', async () => {
    await leaking();
    world.node('web-1').vitals.set({ cpu: 0.99 });
    await world.untilState('web-1', 'rebooting');
    expect(evidenceDetail()).toBeDefined();
    expect(evidenceDetail()).not.toHaveProperty('memory');
  });

  test('an agent looks at its processes twice a minute, and stops when it ends', async () => {
    await leaking();
    const { processes, terminate } = world.node('web-1');
    const before = processes.reads();
    await world.clock.run(120_000);
    expect(processes.reads() - before).toBeLessThanOrEqual(5);
    await terminate();
    const after = processes.reads();
    await world.clock.run(120_000);
    expect(processes.reads()).toBe(after);
  });
});
