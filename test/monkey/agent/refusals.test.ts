/** A sick node that may not be treated: hands off, and people hear why, once per cause. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { pause, resume } from '../../../monkey/doctor/hand/lever.ts';
import { newWorld, policyForTests, type World } from '../../support/agent-world.ts';
import { draftOf, put } from '../../support/nodes.ts';

let world: World;
afterEach(() => world.end());

const sick = async (...given: Parameters<typeof newWorld>): Promise<void> => {
  world = await newWorld(...given);
  world.node('web-1').start();
  await world.untilState('web-1', 'serving');
  world.node('web-1').vitals.set({ cpu: 0.99 });
};

const guardsOf = (): readonly string[] =>
  world
    .told('refused')
    .map(({ detail }) => ((detail?.['vetoes'] ?? []) as { guard: string }[]).map(({ guard }) => guard).join('+'));

test('the last serving node is not drained', async () => {
  await sick({ others: 0 });
  await world.clock.run(60_000);
  expect(await world.state('web-1')).toBe('serving');
  expect(guardsOf()).toEqual(['min-serving']);
  expect(world.power.reboots('web-1')).toBe(0);
});

test('a cause is told once, though others take its place in turns', async () => {
  await sick({ others: 0 });
  await world.clock.run(20_000);
  await world.change(pause({ by: 'ann', because: 'a release', force: false }));
  await world.clock.run(20_000);
  await world.change(resume({ by: 'ann' }));
  await world.clock.run(20_000);
  await world.change(pause({ by: 'ann', because: 'another release', force: false }));
  await world.clock.run(20_000);
  expect(guardsOf()).toEqual(['min-serving', 'lever+min-serving']);
});

test('a cause is told again when the node has been well in between', async () => {
  await sick({ others: 0 });
  await world.clock.run(20_000);
  world.node('web-1').vitals.set({ cpu: 'nobody can say' });
  await world.clock.run(20_000);
  world.node('web-1').vitals.set({ cpu: 0.99 });
  await world.clock.run(20_000);
  expect(guardsOf()).toHaveLength(1);
  world.node('web-1').vitals.set({ cpu: 0.1 });
  await world.clock.run(20_000);
  world.node('web-1').vitals.set({ cpu: 0.99 });
  await world.clock.run(20_000);
  expect(guardsOf()).toEqual(['min-serving', 'min-serving']);
});

test('while another node is out it waits, and goes on when that one is back', async () => {
  await sick();
  await world.change(draftOf([put('other-1', { state: 'draining', drain: 'd1', purpose: 'treat' })]));
  await world.clock.run(20_000);
  expect(guardsOf()).toEqual(['out-at-once']);
  await world.change(draftOf([put('other-1')]));
  await world.untilState('web-1', 'draining');
});

test('what EC2 said in an earlier round takes no node out where the others refuse no longer', async () => {
  await sick();
  await world.change(draftOf([put('other-1', { state: 'draining', drain: 'd1', purpose: 'treat' })]));
  await world.clock.run(20_000);
  const { vitals } = world.node('web-1');
  const { measure } = vitals;
  let isSlow = true;
  const slowly: typeof measure = async (...given) => {
    if (!isSlow) return measure(...given);
    isSlow = false;
    await world.clock.sleep(4_500);
    world.power.launch('web-1', 'stopping');
    await world.change(draftOf([put('other-1')]));
    return measure(...given);
  };
  Object.assign(vitals, { measure: slowly });
  await world.clock.run(20_000);
  expect(isSlow).toBe(false);
  expect(await world.events()).not.toContain('admitted');
  expect(guardsOf()).toEqual(['out-at-once', 'running']);
});

test('a node that was treated a moment ago is left alone until its cooldown is over', async () => {
  await sick();
  world.boots.cures = false;
  await world.clock.until(() => world.told('back').length === 1, 120_000, 'the return');
  await world.clock.run(300_000);
  expect(world.power.reboots('web-1')).toBe(1);
  expect(guardsOf()).toEqual(['cooldown']);
  await world.untilState('web-1', 'draining', 400_000);
  expect(await world.record('web-1')).toMatchObject({ relapses: 1 });
});

describe('an agent that only observes', () => {
  test('says that it would treat, and treats nobody', async () => {
    await sick({ options: { mode: 'observe' } });
    await world.clock.run(120_000);
    expect(await world.state('web-1')).toBe('serving');
    expect(guardsOf()).toEqual(['mode']);
    expect(world.power.reboots('web-1')).toBe(0);
  });

  test('gives back what an acting one had begun to treat', async () => {
    await sick();
    world.router.inFlight = 1;
    await world.untilState('web-1', 'draining');
    world.node('web-1').kill();
    world.node('web-1').start({ mode: 'observe' });
    await world.untilState('web-1', 'serving');
    expect(world.power.reboots('web-1')).toBe(0);
    expect(world.told('returned')[0]?.text).toContain('agent.mode is observe');
  });

  test('asks for no second reboot of one that an acting one had asked for', async () => {
    await sick();
    for (let one = 0; one < 9; one += 1) world.power.next({ kind: 'accepted' });
    await world.untilState('web-1', 'rebooting');
    await world.clock.run(1_000);
    world.node('web-1').kill();
    world.node('web-1').start({ mode: 'observe' });
    await world.clock.run(590_000);
    const [incident] = await world.incidents();
    expect(incident?.entries.filter(({ step }) => step === 'rebooting')).toHaveLength(1);
    // Nor does it quarantine: it checks, and says so.
    await world.untilState('web-1', 'serving', 60_000);
    expect(world.told('not-quarantined')).toHaveLength(1);
  });

  test('goes on checking a node that fails, and says so once', async () => {
    world = await newWorld({ options: { mode: 'observe' } });
    world.node('web-1').probe.fail('status', '500');
    world.node('web-1').start();
    await world.clock.run(200_000);
    expect(await world.state('web-1')).toBe('checking');
    expect(world.told('not-quarantined')).toHaveLength(1);
    world.node('web-1').probe.fail('status', undefined);
    await world.untilState('web-1', 'serving');
  });
});

test('another policy holds from the next round on', async () => {
  await sick({ others: 0 });
  await world.clock.run(20_000);
  expect(await world.state('web-1')).toBe('serving');
  const source = { ...policyForTests, limits: { minServing: 0 } };
  await world.change(draftOf([{ kind: 'put-policy', source, by: 'ann' }]));
  await world.untilState('web-1', 'draining', 5_000);
});

test('a policy that cannot be read stops treatments', async () => {
  await sick();
  world.server.data.policy.set('source', 'garbage');
  await world.clock.run(60_000);
  expect(await world.state('web-1')).toBe('serving');
  expect(guardsOf()).toEqual(['fresh-view']);
});

test('a policy that cannot be read lets no node into service, which is said once, until it can be read', async () => {
  world = await newWorld();
  await world.change(draftOf([{ kind: 'put-policy', source: policyForTests, by: 'ann' }]));
  const source = world.server.data.policy.get('source') ?? '';
  world.server.data.policy.set('source', '{"tomorrow":1}');
  const node = world.node('web-1');
  node.start();
  await world.clock.run(120_000);
  expect(await world.state('web-1')).toBe('checking');
  expect(node.log.filter(({ event }) => event === 'checks-wait')).toHaveLength(1);
  world.server.data.policy.set('source', source);
  await world.untilState('web-1', 'serving', 10_000);
});

test('a lever that cannot be read stops treatments', async () => {
  await sick();
  world.server.data.lever = 'garbage';
  await world.clock.run(60_000);
  expect(await world.state('web-1')).toBe('serving');
  expect(guardsOf()).toEqual(['lever']);
});

test('where most nodes are hot nobody is treated, and it is called load', async () => {
  await sick({ others: 0 });
  for (const id of ['web-2', 'web-3']) {
    world.node(id).start();
    world.node(id).vitals.set({ cpu: 0.97 });
  }
  await world.clock.run(60_000);
  expect(await world.events()).not.toContain('admitted');
  const [told] = world.told('refused').filter(({ text }) => text.includes('heat'));
  expect(told?.text).toContain(
    'with it, 3 of 3 serving nodes are hot, at most 50% may be: that is load, not one sick node',
  );
});

test('outside of the windows of the policy nobody is treated, and people hear when the next one opens', async () => {
  // The world begins on a Friday at 08:00 UTC.
  const windows = [{ days: ['fri' as const], from: '08:10', to: '09:00' }];
  await sick({ policy: { ...policyForTests, limits: { ...policyForTests.limits, windows } } });
  await world.clock.run(60_000);
  expect(guardsOf()).toEqual(['window']);
  expect(world.told('refused')[0]?.text).toContain('the next opens in 9m');
  await world.untilState('web-1', 'draining', 600_000);
});

test('a node that falls sick after each of its reboots is quarantined, and a human is paged', async () => {
  const limits = { ...policyForTests.limits, cooldown: '1s', reboots: { node: 2, pool: 9 } };
  await sick({ policy: { ...policyForTests, limits, remedies: { skip: '1s' } } });
  world.boots.cures = false;
  await world.untilState('web-1', 'quarantined', 600_000);
  expect(world.power.reboots('web-1')).toBe(2);
  expect(world.told('quarantined')).toMatchObject([
    { urgency: 'page', text: expect.stringContaining('2 of 2 reboots of this node within 24 h are used') },
  ]);
  expect((await world.incidents())[0]).toMatchObject({
    node: 'web-1',
    outcome: 'quarantined',
    entries: [{ step: 'found' }, { step: 'quarantined' }],
  });
});
