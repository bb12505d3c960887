/** An agent and its pool: Redis away, late, lost or wrong, other sessions, other versions. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { AgentRefused } from '../../../monkey/agent/agent-refused.ts';
import { newWorld, type World, type WorldNode } from '../../support/agent-world.ts';
import { draftOf, put } from '../../support/nodes.ts';

let world: World;
afterEach(() => world.end());

test('an agent whose rounds have stopped tells in its beats that it does not know how its node is', async () => {
  world = await newWorld();
  const node = world.node('web-1');
  node.start();
  await world.untilState('web-1', 'serving');
  await world.clock.run(10_000);
  const findingNow = async () => (await world.pool.beats(['web-1'], { deadlineMs: 1_000 })).beats.get('web-1')?.vitals;
  expect(await findingNow()).toMatchObject({ finding: { kind: 'well' } });
  Object.assign(node.vitals, { measure: () => new Promise(() => undefined) });
  await world.clock.run(120_000);
  expect(await findingNow()).toMatchObject({
    finding: { kind: 'unknown', because: expect.stringContaining('the last round ended') },
  });
});

const serving = async (...given: Parameters<typeof newWorld>): Promise<WorldNode> => {
  world = await newWorld(...given);
  const node = world.node('web-1');
  node.start();
  await world.untilState('web-1', 'serving');
  return node;
};

const logged = (node: WorldNode, event: string) => node.log.filter((line) => line.event === event);
const refusal = (process: ReturnType<WorldNode['start']>): string =>
  process.ended?.kind === 'threw' && process.ended.error instanceof AgentRefused ? process.ended.error.message : '';

describe('while Redis is away', () => {
  test('nobody is treated, it is said once, and all resumes by itself', async () => {
    const node = await serving();
    world.server.goAway();
    node.vitals.set({ cpu: 0.99 });
    await world.clock.run(300_000);
    expect(logged(node, 'pool-away')).toHaveLength(1);
    expect(logged(node, 'step-failed')).toEqual([]);
    expect(world.power.reboots('web-1')).toBe(0);
    world.server.comeBack();
    await world.clock.until(() => world.told('back').length === 1, 120_000, 'the return');
    expect(logged(node, 'pool-back')).toHaveLength(1);
    expect(world.power.reboots('web-1')).toBe(1);
  });

  test('an agent that starts keeps trying, does not spin, and says it once', async () => {
    world = await newWorld();
    world.server.goAway();
    const node = world.node('web-1');
    node.start();
    await world.clock.run(60_000);
    expect(logged(node, 'join-put-off')).toHaveLength(1);
    expect(node.ready()).toBe(0);
    world.server.comeBack();
    await world.untilState('web-1', 'serving');
    expect(node.ready()).toBe(1);
  });

  test.each(['draining', 'rebooting'])('in the middle of %s the step waits, and is gone on with', async (state) => {
    const node = await serving();
    if (state === 'rebooting')
      for (let one = 0; one < 3; one += 1)
        world.power.next({ kind: 'throttled', code: 'RequestLimitExceeded', because: 'slow down' });
    else world.router.inFlight = 1;
    node.vitals.set({ cpu: 0.99 });
    await world.untilState('web-1', state);
    world.server.goAway();
    await world.clock.run(60_000);
    expect(world.power.reboots('web-1')).toBe(0);
    world.server.comeBack();
    world.router.inFlight = 0;
    await world.clock.until(() => world.told('back').length === 1, 400_000, 'the return');
    expect(world.power.reboots('web-1')).toBe(1);
    expect(logged(node, 'step-failed')).toEqual([]);
  });

  test('an agent that is told to end does so', async () => {
    const node = await serving();
    world.server.goAway();
    await world.clock.run(5_000);
    await node.terminate();
    expect(node.process()?.ended).toEqual({ kind: 'ended' });
  });
});

test('a Redis that takes too long is one that is away', async () => {
  const node = await serving();
  node.vitals.set({ cpu: 0.99 });
  world.server.delayMs = 2_000;
  await world.clock.run(60_000);
  expect(logged(node, 'pool-away')).toHaveLength(1);
  world.server.delayMs = 0;
  await world.untilState('web-1', 'draining');
});

test('lost replies of commits neither repeat nor lose a step', async () => {
  const node = await serving();
  world.server.losesReplies = 1_000;
  node.vitals.set({ cpu: 0.99 });
  await world.clock.until(() => world.told('back').length === 1, 400_000, 'the return');
  expect(world.power.reboots('web-1')).toBe(1);
  for (const kind of ['sick', 'drained', 'rebooting', 'rebooted', 'back']) expect(world.told(kind)).toHaveLength(1);
});

describe('a pool that was lost', () => {
  test('is joined again, and nobody is treated for a minute', async () => {
    const node = await serving();
    world.server.restartEmpty();
    await world.change(draftOf([put('other-1'), put('other-2')]));
    node.vitals.set({ cpu: 0.99 });
    await world.untilState('web-1', 'serving');
    await world.clock.run(50_000);
    expect(logged(node, 'pool-lost')).toHaveLength(1);
    expect(await world.state('web-1')).toBe('serving');
    expect(world.told('refused')[0]?.text).toContain("fresh-view: the pool's data was lost");
    await world.untilState('web-1', 'draining', 15_000);
  });

  test('in the middle of a drain leaves a node that is checked and serves', async () => {
    const node = await serving();
    world.router.inFlight = 1;
    node.vitals.set({ cpu: 0.99 });
    await world.untilState('web-1', 'draining');
    world.server.restartEmpty();
    await world.untilState('web-1', 'serving');
    await world.clock.run(30_000);
    expect(world.power.reboots('web-1')).toBe(0);
  });

  test('by a failover takes back an admission: the node serves, and is not rebooted', async () => {
    const node = await serving();
    world.router.inFlight = 1;
    node.vitals.set({ cpu: 0.99 });
    await world.untilState('web-1', 'draining');
    world.server.loseLast(1);
    await world.clock.run(50_000);
    expect(await world.state('web-1')).toBe('serving');
    expect(world.power.reboots('web-1')).toBe(0);
    expect(logged(node, 'pool-lost')).toHaveLength(1);
  });

  test('by a failover takes back a session: its agent joins again instead of ending', async () => {
    const node = await serving();
    await node.terminate();
    node.start();
    await world.clock.until(async () => node.ready() === 2, 10_000, 'the second start');
    world.server.loseLast(1);
    await world.clock.run(20_000);
    expect(node.process()?.ended).toBeUndefined();
    expect(await world.state('web-1')).toBe('serving');
    const session = (await world.record('web-1'))?.session;
    expect((await world.view()).beats.get('web-1')?.session).toBe(session);
  });
});

describe('a second agent', () => {
  test('of a node whose agent lives is refused, and touches nothing', async () => {
    const node = await serving();
    const before = await world.record('web-1');
    const second = node.start();
    await world.clock.run(10_000);
    expect(refusal(second)).toContain('is alive as web-1');
    expect(await world.record('web-1')).toEqual(before);
  });

  test.each([
    ['no pulse', undefined],
    ['the pulse of one that ran before', '["gone",0.1,null,"well",null,"act"]'],
  ])('does not take over from one of an older version, which leaves %s, until that one ends', async (_what, pulse) => {
    const node = await serving();
    const { pulses } = world.server.data;
    const { set } = pulses;
    pulses.delete('web-1');
    if (pulse !== undefined) pulses.set('web-1', pulse);
    Object.assign(pulses, { set: () => pulses });
    const before = await world.record('web-1');
    const first = node.process();
    const second = node.start();
    await world.clock.run(30_000);
    expect([first?.ended, second.ended]).toEqual([undefined, undefined]);
    expect(await world.record('web-1')).toEqual(before);
    expect(JSON.stringify(node.log)).toContain('does not tell its session');
    Object.assign(pulses, { set });
    first?.stop.abort();
    await world.clock.run(30_000);
    expect(second.ended).toBeUndefined();
    expect((await world.record('web-1'))?.session).not.toBe(before?.session);
  });

  test('that starts at the same moment as another: one of them lives', async () => {
    const node = await serving();
    node.kill();
    await world.clock.run(500);
    const first = node.start();
    const second = node.start();
    await world.clock.run(30_000);
    const refused = [first, second].filter((process) => refusal(process) !== '');
    expect(refused).toHaveLength(1);
    expect([first, second].filter(({ ended }) => ended === undefined)).toHaveLength(1);
    expect(await world.state('web-1')).toBe('serving');
  });

  test('that took the record over ends the first one, which reboots nothing', async () => {
    const node = await serving();
    const process = node.process();
    const { version: _version, commit: _commit, ...record } = (await world.record('web-1'))!;
    await world.change(draftOf([{ kind: 'put-node', node: { ...record, session: 'another' } }]));
    node.vitals.set({ cpu: 0.99 });
    await world.clock.run(30_000);
    expect(process && refusal(process)).toContain('another session, another, took over web-1');
    expect(world.power.reboots('web-1')).toBe(0);
  });
});

describe('an agent that is not who its record says', () => {
  test('is refused where its URL belongs to a machine that EC2 knows', async () => {
    world = await newWorld();
    world.power.launch('other-1');
    const process = world.node('web-1').start({ url: 'http://other-1.test:8080' });
    await world.clock.run(10_000);
    expect(refusal(process)).toContain('belongs to other-1, which EC2 still knows');
    expect(await world.record('web-1')).toBeUndefined();
  });

  test('takes the URL of a machine that EC2 no longer knows, and its record goes', async () => {
    world = await newWorld();
    world.node('web-1').start({ url: 'http://other-1.test:8080' });
    await world.untilState('web-1', 'serving');
    expect(await world.record('other-1')).toBeUndefined();
    expect((await world.view()).live.filter((url) => url === 'http://other-1.test:8080')).toHaveLength(1);
  });

  test('waits while EC2 cannot say whether the owner of its URL exists', async () => {
    world = await newWorld();
    world.power.throttle(true);
    const node = world.node('web-1');
    const process = node.start({ url: 'http://other-1.test:8080' });
    await world.clock.run(60_000);
    expect(process.ended).toBeUndefined();
    expect(logged(node, 'join-put-off')).toHaveLength(1);
    world.power.throttle(false);
    await world.untilState('web-1', 'serving');
  });

  test('is refused where the same boot had another URL', async () => {
    const node = await serving();
    await node.terminate();
    await world.clock.run(5_000);
    const process = node.start({ url: 'http://elsewhere.test:8080' });
    await world.clock.run(10_000);
    expect(refusal(process)).toContain('not at http://elsewhere.test:8080');
  });
});

describe('what stands in Redis', () => {
  test('a state of another version is left alone, and said once', async () => {
    const node = await serving();
    const { version: _version, commit: _commit, ...record } = (await world.record('web-1'))!;
    await world.change(draftOf([{ kind: 'put-node', node: { ...record, state: 'levitating' } }]));
    node.vitals.set({ cpu: 0.99 });
    await world.clock.run(60_000);
    expect(await world.state('web-1')).toBe('levitating');
    expect(logged(node, 'state-unknown')).toHaveLength(1);
    expect((await world.view()).live).not.toContain('http://web-1.test:8080');
  });

  test('a record that is garbage is made anew, and its node is checked', async () => {
    await serving();
    world.server.data.nodes.set('web-1', '{"schema":1,"id":"web-1","weight":"heavy"}');
    await world.untilState('web-1', 'serving');
    await world.clock.run(10_000);
    expect((await world.view()).live.filter((url) => url === 'http://web-1.test:8080')).toHaveLength(1);
  });

  test('a record of a newer version is not replaced, and the agent does not spin', async () => {
    const node = await serving();
    const newer = JSON.stringify({ ...(await world.record('web-1')), schema: 2 });
    world.server.data.nodes.set('web-1', newer);
    await world.clock.run(60_000);
    expect(world.server.data.nodes.get('web-1')).toBe(newer);
    expect(logged(node, 'join-put-off').length).toBeLessThanOrEqual(2);
    expect(node.process()?.ended).toBeUndefined();
  });

  test('a drain that does not say what it is for ends in service', async () => {
    await serving();
    const { version: _version, commit: _commit, ...record } = (await world.record('web-1'))!;
    await world.change(draftOf([{ kind: 'put-node', node: { ...record, state: 'draining' } }]));
    await world.untilState('web-1', 'serving');
  });

  test('a hold without a name ends in held', async () => {
    await serving();
    const { version: _version, commit: _commit, ...record } = (await world.record('web-1'))!;
    const drain = { state: 'draining', purpose: 'hold', drain: 'd1' } as const;
    await world.change(draftOf([{ kind: 'put-node', node: { ...record, ...drain } }]));
    await world.untilState('web-1', 'held');
  });
});

test('a lost node is checked as soon as its agent beats again', async () => {
  await serving();
  const { version: _version, commit: _commit, ...record } = (await world.record('web-1'))!;
  await world.change(draftOf([{ kind: 'put-node', node: { ...record, state: 'lost', incident: 'inc-1' } }]));
  await world.untilState('web-1', 'serving');
  expect(await world.events()).toContain('found-again');
});
