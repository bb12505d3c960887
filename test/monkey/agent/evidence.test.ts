import { afterEach, describe, expect, test } from '@jest/globals';
import { readEvidence, stacksOf } from '../../../monkey/doctor/evidence/kept.ts';
import type { Evidence } from '../../../monkey/doctor/ports/evidence.ts';
import { newWorld, policyForTests, type World } from '../../support/agent-world.ts';
import { put } from '../../support/nodes.ts';

let world: World;
afterEach(() => world.end());

const main = 'main /srv/app/main.js:1:1';
const spin = 'runaway /srv/app/routes/spin.js:12:3';
const limits = { deadlineMs: 1_000 };

const serving = async (policy = policyForTests, options = {}): Promise<World> => {
  world = await newWorld({ policy, options, evidence: true });
  world.node('web-1').start();
  await world.untilState('web-1', 'serving');
  world.node('web-1').profiler.shows({ [`${main};${spin}`]: 470, [main]: 30 });
  return world;
};
const heal = async (): Promise<void> => {
  world.node('web-1').vitals.set({ cpu: 0.99 });
  await world.untilState('web-1', 'rebooting');
  await world.untilState('web-1', 'serving');
};
const evidenceTold = async (): Promise<Evidence> => {
  const entry = (await world.incidents())[0]?.entries.find(({ step }) => step === 'evidence');
  return (entry?.detail ?? {}) as unknown as Evidence;
};
const kept = async () => {
  const json = await world.pool.evidence((await world.incidents())[0]?.id ?? '', limits);
  return json === undefined ? undefined : readEvidence(json);
};
const drainMs = async (): Promise<number> => {
  const entries = (await world.incidents())[0]?.entries ?? [];
  const at = (step: string): number => entries.find((entry) => entry.step === step)?.atMs ?? Number.NaN;
  return at('rebooting') - at('draining');
};
/** A drain that takes longer than a profile. */
const unhurried = { ...policyForTests, drain: { deadline: '30s', calm: '8s' } };

test('what a sick node was doing is kept with its incident, and told in words', async () => {
  await serving(unhurried);
  await heal();
  expect(await evidenceTold()).toMatchObject({
    profile: {
      ...{ by: 'inspector', of: 'node app.js (pid 7)', seconds: 5, hz: 99, samples: 500 },
      hottest: [
        { share: 0.94, frame: 'runaway, app/routes/spin.js:12' },
        { share: 0.06, frame: 'main, srv/app/main.js:1' },
      ],
      fingerprint: { print: expect.any(String), frame: 'runaway, app/routes/spin.js' },
    },
    kept: ['profile', 'journal'],
    deploy: 'r42',
    missing: [],
  });
  expect((await evidenceTold()).profile).not.toHaveProperty('cut');
  expect(world.told('evidence')[0]?.text).toBe('Hottest on web-1: 94% in runaway, app/routes/spin.js:12.');
  const evidence = await kept();
  expect(evidence?.profile && new Map(stacksOf(evidence.profile))).toEqual(
    new Map([
      [`${main};${spin}`, 470],
      [main, 30],
    ]),
  );
  expect(evidence?.missing).toEqual(["the kernel's log could not be read: not permitted"]);
  expect(evidence?.journal).toEqual({ of: 'meow.service', lines: ['GET /spin', 'it spins'] });
});

test('the lines of its log are told to nobody', async () => {
  await serving(unhurried);
  await heal();
  expect(JSON.stringify([await world.incidents(), world.notices()])).not.toContain('it spins');
});

test('a profile that takes longer than the drain is cut, and the record says so', async () => {
  await serving();
  await heal();
  const { profile } = await evidenceTold();
  expect(profile).toMatchObject({ cut: 'it was told to end', fingerprint: expect.anything() });
  expect(profile?.seconds).toBeLessThan(5);
});

describe('never delays the cure', () => {
  /** As long as a heal without a profiler takes. */
  const plainMs = async (): Promise<number> => {
    world = await newWorld();
    world.node('web-1').start();
    await world.untilState('web-1', 'serving');
    await heal();
    const ms = await drainMs();
    await world.end();
    return ms;
  };

  test.each(['hangs', 'throws'] as const)('a profiler that %s', async (how) => {
    const plain = await plainMs();
    await serving();
    world.node('web-1').profiler.behave(how);
    await heal();
    expect(await drainMs()).toBeLessThanOrEqual(plain + 1_000);
    const { missing, profile } = await evidenceTold();
    expect(profile).toBeUndefined();
    expect(missing.join()).toMatch(how === 'hangs' ? /did not end in time|not ready in time/ : /has a bug/);
  });

  test('a profiler that is not allowed to: what would allow it is told', async () => {
    await serving();
    world.node('web-1').profiler.behave({ kind: 'not-captured', because: 'perf_event_paranoid is 4' });
    await heal();
    expect((await evidenceTold()).missing).toContain('a profile: perf_event_paranoid is 4');
  });
});

test('an agent without a profiler says that it has none', async () => {
  world = await newWorld();
  world.node('web-1').start();
  await world.untilState('web-1', 'serving');
  await heal();
  expect((await evidenceTold()).missing).toEqual(['a profile: this agent has no profiler']);
  expect(await kept()).toBeUndefined();
});

describe('the profile of a healthy node', () => {
  const rarely = { ...unhurried, evidence: { baseline: '10m' } };

  test('is taken while it is calm, rarely, and a peer that falls sick is compared with it', async () => {
    await serving(rarely);
    const healthy = world.node('web-2');
    healthy.profiler.shows({ [main]: 40 });
    healthy.start();
    await world.untilState('web-2', 'serving');
    await world.clock.run(25 * 60_000);
    expect(healthy.profiler.asked.length).toBeGreaterThanOrEqual(1);
    expect(healthy.profiler.asked.length).toBeLessThanOrEqual(3);
    await heal();
    const { profile } = await evidenceTold();
    expect(profile?.healthy).toEqual({ node: 'web-2', atMs: expect.any(Number) });
    expect(profile?.hottest.map(({ healthyShare }) => healthyShare)).toEqual([0, 1]);
    expect((await kept())?.healthy?.node).toBe('web-2');
  });

  test('is not taken by an agent that only observes, nor of one that is not well', async () => {
    await serving(rarely, { mode: 'observe' });
    await world.clock.run(25 * 60_000);
    expect(world.node('web-1').profiler.asked).toEqual([]);
  });
});

test('the third node that is found doing the same is not rebooted, and people hear once that it is the code', async () => {
  await serving(unhurried);
  const found = (await import('../../../monkey/doctor/evidence/fingerprint.ts')).fingerprintOf({
    ...{ by: 'inspector', seconds: 5, hz: 99 },
    stacks: new Map([[`${main};${spin}`, 470]]),
  });
  const atMs = world.server.now();
  const doing = { print: found?.print ?? '', frame: found?.frame ?? '', atMs };
  await world.change({
    ...{ what: 'tested', expect: [], notices: [], durable: false },
    writes: [put('other-1', { fingerprint: doing }), put('other-2', { fingerprint: doing })],
  });
  world.node('web-1').vitals.set({ cpu: 0.99 });
  await world.untilState('web-1', 'quarantined');
  expect(world.power.reboots('web-1')).toBe(0);
  expect(world.told('same-code').map(({ text }) => text)).toEqual([
    expect.stringContaining('It is the code, not web-1: runaway, app/routes/spin.js is hottest on 3 sick nodes'),
  ]);
});
