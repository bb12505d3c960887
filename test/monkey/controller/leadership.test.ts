import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Leadership, seekLeadership, stands } from '../../../monkey/controller/leadership.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { newStage, type Stage } from './stage.ts';

let stage: Stage;
beforeEach(() => {
  stage = newStage();
});
afterEach(() => stage.end());

const leader = async () => (await stage.store.view({ deadlineMs: 1_000 })).leader?.holder;

test('one leads; the other stands by and says so once', async () => {
  await stage.controller();
  await stage.clock.run(100);
  const second = await stage.controller();
  await stage.clock.run(60_000);
  expect(await leader()).toBe('controller-1');
  expect(second.log.of('standing-by')).toEqual([
    { level: 'info', event: 'standing-by', fields: { controller: 'controller-2', leader: 'controller-1' } },
  ]);
  expect(second.log.of('leading')).toEqual([]);
});

test('the other leads within 10 s of the death of the first', async () => {
  const first = await stage.controller();
  await stage.clock.run(1_000);
  const second = await stage.controller();
  await stage.clock.run(1_000);
  await first.crash();
  await stage.clock.until(() => second.log.of('leading').length > 0, 10_000);
  expect(await leader()).toBe('controller-2');
  expect(first.log.of('leadership-lost')).toHaveLength(1);
});

test('a leader that stops lets the lease go, so that the other need not wait for its end', async () => {
  const first = await stage.controller();
  await stage.clock.run(1_000);
  const second = await stage.controller();
  await stage.clock.run(1_000);
  const stopped = first.stop();
  await stage.clock.until(() => second.log.of('leading').length > 0, 2_500);
  await stopped;
  expect(first.log.of('leadership-lost')).toEqual([]);
});

test('a lost answer to a renewal costs nothing', async () => {
  const first = await stage.controller();
  await stage.clock.run(5_000);
  stage.server.goAway();
  await stage.clock.run(3_000);
  stage.server.comeBack();
  await stage.clock.run(10_000);
  expect(first.log.of('leading')).toHaveLength(1);
  expect(first.log.of('lease-not-renewed')).toHaveLength(1);
});

test('who cannot renew leads no more when the lease has run out, and again when the pool is back', async () => {
  const first = await stage.controller();
  await stage.clock.run(5_000);
  stage.server.goAway();
  await stage.clock.run(30_000);
  expect(first.log.of('leadership-lost')).toHaveLength(1);
  stage.server.comeBack();
  await stage.clock.run(3_000);
  expect(first.log.of('leading')).toHaveLength(2);
});

test('a process that was stopped finds its lease run out before it does anything more', async () => {
  const { clock, store } = stage;
  const stop = new AbortController();
  const parts = { store, clock, log: recordingLog(), random: () => 0.5, newId: () => `token-${clock.monotonicMs()}` };
  const leaderships: Leadership[] = [];
  const work = async (leadership: Leadership): Promise<void> => {
    leaderships.push(leadership);
    await clock.sleep(3_600_000, leadership.signal);
  };
  const sought = seekLeadership(
    { id: 'c', mode: 'act', leaseMs: 5_000, poolDeadlineMs: 1_000 },
    parts,
    work,
    stop.signal,
  );
  await clock.run(100);
  const first = leaderships[0]!;
  expect(stands(first)).toBe(true);
  clock.leap(5_001);
  expect(first.remainingMs()).toBe(0);
  await clock.run(3_000);
  expect(first.signal.aborted).toBe(true);
  expect(leaderships).toHaveLength(2);
  expect(leaderships[1]?.token).not.toBe(first.token);
  stop.abort();
  await clock.run(1);
  await sought;
});
