import { afterEach, expect, test } from '@jest/globals';
import type { Captured } from '../../../monkey/doctor/ports/profiler.ts';
import { readProfileAnswer } from '../../../monkey/doctor/report/profile-answer.ts';
import type { ProfileOrder } from '../../../pool/profile-order.ts';
import { newWorld, type World } from '../../support/agent-world.ts';
import { nodeRecord } from '../../support/nodes.ts';

const stacks = { 'main;runaway /app.js:1:1': 990 };
const captured: Captured = {
  ...{ kind: 'captured', by: 'inspector', of: 'node app.js (pid 7)', seconds: 5, hz: 200 },
  stacks: new Map(Object.entries(stacks)),
};
const limits = { deadlineMs: 1_000 };

let world: World;
afterEach(() => world.end());

/** A node that serves, and its profiler. */
const serving = async (mode: 'observe' | 'act') => {
  world = await newWorld({ evidence: true, options: { mode } });
  const node = world.node('i-1');
  node.profiler.shows(stacks);
  node.start();
  await world.untilState('i-1', 'serving');
  return node;
};

const ask = async (order: Partial<ProfileOrder> & { readonly id: string }) => {
  const asked = { by: 'ann', seconds: 5, hz: 200, ...order };
  expect(await world.pool.askProfile('i-1', asked, asked.seconds * 1_000 + 25_000, limits)).toBe('asked');
  return asked.id;
};

const answerOf = async (id: string) => {
  let answer: string | undefined;
  await world.clock.until(
    async () => {
      answer = await world.pool.profileAnswer(id, limits);
      return answer !== undefined;
    },
    90_000,
    'an answer',
  );
  return readProfileAnswer(answer ?? '');
};

const answerTo = async (order: Parameters<typeof ask>[0]) => answerOf(await ask(order));

test('takes a profile when it is asked for one, also where it only observes', async () => {
  const { profiler } = await serving('observe');
  expect(await answerTo({ id: 'order-1' })).toEqual(captured);
  expect(profiler.asked).toEqual([{ seconds: 5, hz: 200, mayDeoptimize: false }]);
});

test('may cost a node speed that serves nobody', async () => {
  const { profiler } = await serving('act');
  await world.change({
    ...{ what: 'tested', expect: [], notices: [], durable: false },
    writes: [
      { kind: 'put-node', node: { ...nodeRecord('i-1'), ...(await world.record('i-1')), state: 'quarantined' } },
    ],
  });
  await answerTo({ id: 'order-1' });
  expect(profiler.asked).toEqual([{ seconds: 5, hz: 200, mayDeoptimize: true }]);
});

test('takes none right after the last one', async () => {
  const { profiler } = await serving('act');
  await answerTo({ id: 'order-1' });
  expect(await answerTo({ id: 'order-2' })).toMatchObject({
    kind: 'not-captured',
    because: expect.stringContaining('one in 10 s'),
  });
  await world.clock.run(10_000);
  expect(await answerTo({ id: 'order-3' })).toEqual(captured);
  expect(profiler.asked).toHaveLength(2);
});

test('takes none that would last for minutes', async () => {
  const { profiler } = await serving('act');
  expect(await answerTo({ id: 'order-1', seconds: 600 })).toMatchObject({ kind: 'not-captured' });
  expect(profiler.asked).toEqual([]);
});

test('a profile that somebody has asked for costs a node that falls sick none of its evidence', async () => {
  const { profiler, vitals } = await serving('act');
  const order = await ask({ id: 'order-1', seconds: 60 });
  await world.clock.until(() => profiler.asked.length === 1, 5_000, 'the profiler at work');
  vitals.set({ cpu: 0.99 });
  const answer = await answerOf(order);
  expect(answer).toMatchObject({ kind: 'captured', cut: 'the node fell sick, and evidence of that goes first' });
  await world.clock.until(() => profiler.asked.length === 2, 5_000, 'the profile of the sick node');
  await world.clock.until(async () => (await evidence()) !== undefined, 60_000, 'the evidence');
  expect(await evidence()).toContain('runaway');
});

const evidence = async (): Promise<string | undefined> => {
  const [incident] = await world.pool.incidents(1, limits);
  return incident === undefined ? undefined : world.pool.evidence(incident.id, limits);
};
