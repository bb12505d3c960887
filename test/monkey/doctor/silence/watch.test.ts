import { expect, test } from '@jest/globals';
import { watchedForMs } from '../../../../monkey/doctor/silence/silent.ts';
import { afterBreak, afterRead, newWatch, type Watch } from '../../../../monkey/doctor/silence/watch.ts';
import type { PoolView } from '../../../../pool/view.ts';
import { startMs, viewOf } from './watched-pool.ts';

/** Reads at these moments: Redis TIME since the start, and the watcher's clock. */
const reads = (watch: Watch, ...moments: readonly (readonly [redisMs: number, monotonicMs: number])[]): Watch =>
  moments.reduce(
    (so, [redisMs, monotonicMs]) => afterRead(so, viewOf([], { nowMs: startMs + redisMs }), monotonicMs),
    watch,
  );

const ageAfter = (watch: Watch): number => watchedForMs(watch, startMs - 60_000);

test('counts silence from the first read only, however long ago the last beat was', () => {
  const watch = reads(newWatch, [0, 0], [1_000, 1_000], [2_000, 2_000]);
  expect(ageAfter(watch)).toBe(2_000);
});

test('counts from the last beat where that is later', () => {
  const watch = reads(newWatch, [0, 0], [3_000, 3_000]);
  expect(watchedForMs(watch, startMs + 2_500)).toBe(500);
  expect(watchedForMs(watch, startMs + 9_000)).toBe(0);
});

test('starts again after a read that failed', () => {
  const before = reads(newWatch, [0, 0], [4_000, 4_000]);
  expect(ageAfter(reads(afterBreak(before), [5_000, 5_000]))).toBe(0);
});

test('starts again after a pause of the watcher itself', () => {
  const paused = reads(newWatch, [0, 0], [4_000, 4_000], [9_001, 9_001]);
  expect(ageAfter(paused)).toBe(0);
  expect(paused.restarted).toContain('5001 ms');
  expect(ageAfter(reads(newWatch, [0, 0], [4_000, 4_000], [9_000, 9_000]))).toBe(9_000);
});

test.each([
  ['forwards', 8_001],
  ['backwards', -2_001],
])('starts again when Redis TIME leaps %s', (_, leaptTo) => {
  const leapt = reads(newWatch, [0, 0], [2_000, 2_000], [leaptTo, 3_000]);
  expect(ageAfter(leapt)).toBe(0);
  expect(leapt.restarted).toContain('leapt');
});

test('starts again when many small leaps add up', () => {
  const watch = reads(newWatch, [0, 0], [3_000, 1_000], [6_000, 2_000], [8_100, 3_000]);
  expect(ageAfter(watch)).toBe(0);
});

test('never counts more than either clock has seen', () => {
  const watch = reads(newWatch, [0, 0], [1_000, 1_000], [5_000, 2_000]);
  expect(ageAfter(watch)).toBe(2_000);
});

const readPool = (watch: Watch, part: Partial<PoolView>, monotonicMs: number): Watch =>
  afterRead(watch, viewOf([], { nowMs: startMs + monotonicMs, ...part }), monotonicMs);

test('takes another epoch for a lost pool, and starts all ages again', () => {
  const before = readPool(newWatch, { epoch: 'e1', version: 7 }, 0);
  const watch = readPool(before, { epoch: 'e2', version: 1 }, 1_000);
  expect(watch.lostPool).toMatchObject({ name: 'e1', sinceMonotonicMs: 1_000 });
  expect(ageAfter(watch)).toBe(0);
});

test('takes a lower version for a lost pool', () => {
  const watch = readPool(readPool(newWatch, { version: 7 }, 0), { version: 6 }, 1_000);
  expect(watch.lostPool?.because).toContain('version 7 became 6');
});

test('takes an empty pool that was not empty for a lost one, and the new pool after it for the same loss', () => {
  const full = readPool(newWatch, { epoch: 'e1' }, 0);
  const empty = readPool(full, { epoch: undefined, version: 0 }, 1_000);
  const anew = readPool(empty, { epoch: 'e2', version: 1 }, 50_000);
  expect(empty.lostPool?.name).toBe('e1');
  expect(anew.lostPool).toMatchObject({ name: 'e1', sinceMonotonicMs: 50_000 });
});

test('takes the first pool of all for no loss', () => {
  const empty = readPool(newWatch, { epoch: undefined, version: 0 }, 0);
  expect(readPool(empty, { epoch: 'e1', version: 1 }, 1_000).lostPool).toBeUndefined();
});

test('knows a lost pool across a break', () => {
  const broken = afterBreak(readPool(newWatch, { epoch: 'e1' }, 0));
  expect(readPool(broken, { epoch: 'e2', version: 1 }, 60_000).lostPool?.name).toBe('e1');
});
