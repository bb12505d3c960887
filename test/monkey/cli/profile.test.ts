import { expect, test } from '@jest/globals';
import type { Captured, NotCaptured } from '../../../monkey/doctor/ports/profiler.ts';
import { profileAnswerText } from '../../../monkey/doctor/report/profile-answer.ts';
import { systemClock } from '../../../pool/clock.ts';
import { cli, flags } from '../../support/cli.ts';
import { type PoolWith, poolWith } from '../../support/pool-with.ts';

const limits = { deadlineMs: 1_000 };
const captured: Captured = {
  ...{ kind: 'captured', by: 'inspector', of: 'node app.js (pid 7)', seconds: 1.2, hz: 200, cut: 'it was stopped' },
  stacks: new Map([['main;runaway /app.js:1:1', 990]]),
};

const profile = (pool: PoolWith, ...args: readonly string[]) =>
  cli(['profile', ...args, ...flags], { server: pool.server });

/** Does what an agent does once it hears of an order. */
const answering = async ({ pool }: PoolWith, answer: Captured | NotCaptured): Promise<void> => {
  for (;;) {
    const { profile: order } = await pool.beat({ node: 'web-1', session: 's', vitals: {} }, limits);
    if (order !== undefined) return pool.answerProfile('web-1', order.id, profileAnswerText(answer, 10_000), limits);
    await systemClock.sleep(5);
  }
};

test('writes the profile that the agent of the node took', async () => {
  const pool = await poolWith({ 'web-1': {} });
  const [ran] = await Promise.all([profile(pool, 'web-1', '--format', 'folded'), answering(pool, captured)]);
  expect(ran).toEqual({
    exit: 0,
    out: 'main;runaway /app.js:1:1 990\n',
    err: '! cut after 1.2 s: it was stopped\n',
  });
});

test.each([
  [1, '! only 1 sample: shares of so few say little\n'],
  [19, '! only 19 samples: shares of so few say little\n'],
  [20, ''],
])('says of %i samples whether they are few', async (samples, err) => {
  const pool = await poolWith({ 'web-1': {} });
  const few: Captured = {
    ...{ kind: 'captured', by: 'perf', of: 'node', seconds: 1, hz: 99 },
    stacks: new Map([['main', samples]]),
  };
  const [ran] = await Promise.all([profile(pool, 'web-1', '--format', 'folded'), answering(pool, few)]);
  expect(ran).toEqual({ exit: 0, out: `main ${samples}\n`, err });
});

test('draws it, with the name of the node', async () => {
  const pool = await poolWith({ 'web-1': {} });
  const [{ out }] = await Promise.all([profile(pool, 'web-1'), answering(pool, captured)]);
  expect(out).toContain('web-1: node app.js (pid 7)');
});

test.each<[NonNullable<NotCaptured['why']>, number]>([
  ['nothing', 1],
  ['not-allowed', 3],
])('says why there is none: %s', async (why, exit) => {
  const pool = await poolWith({ 'web-1': {} });
  const answer = { kind: 'not-captured', why, because: 'the app is idle' } as const;
  const [ran] = await Promise.all([profile(pool, 'web-1'), answering(pool, answer)]);
  expect(ran).toEqual({ exit, out: '', err: 'monkey: the app is idle\n' });
});

test('asks nobody for a profile that could not be written', async () => {
  const pool = await poolWith({ 'web-1': {} });
  expect(await profile(pool, 'web-1', '--output', '/nowhere/web-1.svg')).toEqual({
    exit: 3,
    out: '',
    err: "monkey: /nowhere/web-1.svg can't be written: there is no such folder\n",
  });
  const { profile: order } = await pool.pool.beat({ node: 'web-1', session: 's', vitals: {} }, limits);
  expect(order).toBeUndefined();
});

test('asks nobody for a profile that is longer than agents take', async () => {
  const pool = await poolWith({ 'web-1': {} });
  expect(await profile(pool, 'web-1', '--seconds', '61')).toMatchObject({
    exit: 2,
    err: expect.stringContaining('a number from 0.1 to 60, please.'),
  });
  const { profile: order } = await pool.pool.beat({ node: 'web-1', session: 's', vitals: {} }, limits);
  expect(order).toBeUndefined();
});

test('refuses a node that nobody knows, and a second profile at a time', async () => {
  const pool = await poolWith({ 'web-1': {} });
  expect(await profile(pool, 'web-9')).toMatchObject({ exit: 1, err: 'monkey: no node web-9 in the pool web\n' });
  await pool.pool.askProfile('web-1', { id: 'other', by: 'bob', seconds: 5, hz: 99 }, 60_000, limits);
  expect(await profile(pool, 'web-1')).toMatchObject({ exit: 1, err: expect.stringContaining('already') });
});
