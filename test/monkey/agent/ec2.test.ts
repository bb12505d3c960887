/** What EC2 may answer, or not, and what becomes of the node. */
import { afterEach, expect, test } from '@jest/globals';
import { newWorld, policyForTests, type World } from '../../support/agent-world.ts';

let world: World;
afterEach(() => world.end());

const sick = async (...given: Parameters<typeof newWorld>): Promise<void> => {
  world = await newWorld(...given);
  world.node('web-1').start();
  await world.untilState('web-1', 'serving');
  world.node('web-1').vitals.set({ cpu: 0.99 });
};

const throttled = { kind: 'throttled', code: 'RequestLimitExceeded', because: 'slow down' } as const;
const refused = { kind: 'refused', code: 'UnauthorizedOperation', because: 'not yours' } as const;
const lost = { kind: 'unknown', because: 'the connection broke' } as const;

test('throttling is waited out, and the cause is told once', async () => {
  await sick();
  for (let one = 0; one < 4; one += 1) world.power.next(throttled);
  await world.clock.until(() => world.told('back').length === 1, 120_000, 'the return');
  expect(world.power.reboots('web-1')).toBe(1);
  expect(world.told('not-rebooted')).toHaveLength(1);
  expect(world.told('not-rebooted')[0]?.text).toContain('RequestLimitExceeded');
});

test('a refusal is asked about until the deadline, then the node is quarantined and a human is paged', async () => {
  await sick();
  for (let one = 0; one < 200; one += 1) world.power.next(refused);
  await world.untilState('web-1', 'quarantined', 700_000);
  expect(world.power.reboots('web-1')).toBe(0);
  expect(world.told('not-rebooted')).toHaveLength(1);
  const [page] = world.told('quarantined');
  expect(page).toMatchObject({ urgency: 'page' });
  expect(page?.text).toContain('UnauthorizedOperation: not yours');
  await world.clock.run(600_000);
  expect(await world.state('web-1')).toBe('quarantined');
  expect(world.told('quarantined')).toHaveLength(1);
});

test('a call that was lost is not made again before the settle time', async () => {
  await sick();
  const reboot = world.power.reboot;
  let calls = 0;
  Object.assign(world.power, {
    reboot: async (...given: Parameters<typeof reboot>) => {
      calls += 1;
      return calls === 1 ? lost : reboot(...given);
    },
  });
  await world.untilState('web-1', 'rebooting');
  await world.clock.run(230_000);
  expect(calls).toBe(1);
  await world.clock.until(() => calls === 2, 30_000, 'the second call');
  await world.untilState('web-1', 'serving');
  expect(world.power.reboots('web-1')).toBe(1);
});

test('a lost reply of a reboot that did begin makes no second one', async () => {
  await sick();
  world.boots.awayMs = 120_000;
  world.power.next(lost);
  await world.untilState('web-1', 'rebooting');
  await world.untilState('web-1', 'serving', 300_000);
  await world.clock.run(300_000);
  expect(world.power.reboots('web-1')).toBe(1);
  expect((await world.incidents())[0]?.outcome).toBe('healed');
});

test('a reboot that was accepted and never came is asked for again, and given up when the last call has had its time', async () => {
  await sick();
  for (let one = 0; one < 9; one += 1) world.power.next({ kind: 'accepted' });
  await world.untilState('web-1', 'quarantined', 740_000);
  expect(world.power.reboots('web-1')).toBe(0);
  const [incident] = await world.incidents();
  const asked = incident?.entries.filter(({ step }) => step === 'rebooting') ?? [];
  expect(asked.map(({ atMs }) => Math.round((atMs - (asked[0]?.atMs ?? 0)) / 60_000))).toEqual([0, 4, 8]);
  expect(world.told('quarantined')[0]?.text).toContain('EC2 accepted, but the boot id is still the same');
});

test('a reboot that comes after it was given up leaves the node in quarantine', async () => {
  await sick();
  for (let one = 0; one < 9; one += 1) world.power.next({ kind: 'accepted' });
  await world.untilState('web-1', 'quarantined', 740_000);
  world.reboot('web-1');
  await world.clock.run(60_000);
  expect(await world.state('web-1')).toBe('quarantined');
});

test.each(['stopping', 'shutting-down', 'pending'] as const)(
  'nothing is asked of a machine that is %s',
  async (state) => {
    await sick();
    await world.untilState('web-1', 'draining');
    world.power.launch('web-1', state);
    await world.untilState('web-1', 'serving');
    expect(world.told('returned')[0]?.text).toContain(`EC2 says that web-1 is ${state}`);
    expect(world.power.reboots('web-1')).toBe(0);
  },
);

test('a long calm ends with what EC2 says then, not with what it said before', async () => {
  await sick({ policy: { ...policyForTests, drain: { deadline: '30s', calm: '30s' } } });
  await world.clock.until(() => world.told('drained').length > 0, 60_000, 'the end of the drain');
  await world.clock.run(5_000);
  world.power.launch('web-1', 'stopping');
  await world.untilState('web-1', 'serving', 60_000);
  expect(world.told('returned')[0]?.text).toContain('EC2 says that web-1 is stopping');
  expect(world.power.reboots('web-1')).toBe(0);
});

test('a machine that EC2 does not call running is not taken out, and that is told once', async () => {
  await sick();
  world.power.launch('web-1', 'stopping');
  await world.clock.run(60_000);
  expect(await world.events()).not.toContain('admitted');
  expect(world.told('refused').map(({ text }) => text)).toEqual([
    expect.stringContaining('running: EC2 says that the machine is stopping'),
  ]);
  world.power.launch('web-1');
  await world.untilState('web-1', 'draining');
});

test('while EC2 cannot say how the machine is, a sick node keeps serving', async () => {
  await sick();
  world.power.throttle(true);
  await world.clock.run(30_000);
  expect(await world.state('web-1')).toBe('serving');
  world.power.throttle(false);
  await world.untilState('web-1', 'draining');
});

test('EC2 is asked seldom while others refuse anyway', async () => {
  await sick({ policy: { ...policyForTests, limits: { minServing: 9 } } });
  const { describe } = world.power;
  let asked = 0;
  Object.assign(world.power, {
    describe: (...given: Parameters<typeof describe>) => {
      asked += 1;
      return describe(...given);
    },
  });
  await world.clock.run(240_000);
  expect(asked).toBe(1);
  await world.clock.run(120_000);
  expect(asked).toBe(2);
});

test('an EC2 that cannot say how the machine is keeps the sick node out until it can', async () => {
  await sick();
  await world.untilState('web-1', 'draining');
  world.power.throttle(true);
  await world.untilState('web-1', 'rebooting');
  await world.clock.run(30_000);
  expect(world.power.reboots('web-1')).toBe(0);
  expect(world.told('not-rebooted')).toHaveLength(1);
  world.power.throttle(false);
  await world.untilState('web-1', 'serving', 120_000);
  expect(world.power.reboots('web-1')).toBe(1);
});

test('the call is not sent where the record changed after the intent', async () => {
  await sick();
  let touched = false;
  world.server.onCommit = () => {
    if (touched || !JSON.stringify(world.server.data.events.at(-1)?.fields).includes('"rebooting"')) return;
    touched = true;
    void world.change((view) => {
      const { version: _version, commit: _commit, ...node } = view.nodes.get('web-1')!;
      return {
        kind: 'commit',
        draft: {
          ...{ what: 'touched', expect: [], notices: [], durable: false },
          writes: [{ kind: 'put-node', node: { ...node, weight: 0.5 } }],
        },
      };
    });
  };
  await world.clock.until(
    () => world.node('web-1').log.some(({ event }) => event === 'reboot-not-asked'),
    60_000,
    'the second thought',
  );
  expect(world.power.reboots('web-1')).toBe(0);
  await world.untilState('web-1', 'serving');
  expect(world.power.reboots('web-1')).toBe(1);
});

test('an intent that no replica has is not acted on', async () => {
  await sick();
  await world.untilState('web-1', 'draining');
  world.server.replica = 'silent';
  await world.untilState('web-1', 'rebooting');
  await world.clock.run(60_000);
  expect(world.power.reboots('web-1')).toBe(0);
  world.server.replica = 'answers';
  await world.untilState('web-1', 'serving');
  expect(world.power.reboots('web-1')).toBe(1);
});
