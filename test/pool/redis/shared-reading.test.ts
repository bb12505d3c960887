import { expect, test } from '@jest/globals';
import { systemClock } from '../../../pool/clock.ts';
import { sharedReading } from '../../../pool/redis/shared-reading.ts';
import { type Limits, PoolAway, PoolDenied } from '../../../pool/store.ts';

const patient = { deadlineMs: 60_000 };

/** Readings that the test ends itself; each yields its own number. */
const start = () => {
  const begun: { readonly limits: Limits; readonly end: () => void; readonly fail: (error: Error) => void }[] = [];
  const ask = sharedReading(
    (limits) =>
      new Promise<number>((resolve, reject) => {
        const count = begun.length + 1;
        begun.push({ limits, end: () => resolve(count), fail: reject });
      }),
    systemClock,
  );
  return { begun, ask };
};

test('reads at once for who asks alone', async () => {
  const { begun, ask } = start();
  const answer = ask(patient);
  expect(begun).toHaveLength(1);
  begun[0]!.end();
  expect(await answer).toBe(1);
});

test('gives nobody what was already being read when he asked, and reads once more for all who ask meanwhile', async () => {
  const { begun, ask } = start();
  const first = ask(patient);
  const others = [ask(patient), ask(patient), ask(patient)];
  expect(begun).toHaveLength(1);
  begun[0]!.end();
  expect(await first).toBe(1);
  expect(begun).toHaveLength(2);
  const later = ask(patient);
  begun[1]!.end();
  expect(await Promise.all(others)).toEqual([2, 2, 2]);
  expect(begun).toHaveLength(3);
  begun[2]!.end();
  expect(await later).toBe(3);
});

test('goes on reading for the others where one reading fails, which only those who shared it hear of', async () => {
  const { begun, ask } = start();
  const first = ask(patient);
  const second = ask(patient);
  begun[0]!.fail(new PoolDenied('no rights'));
  await expect(first).rejects.toThrow(PoolDenied);
  begun[1]!.end();
  expect(await second).toBe(2);
});

test('lets each wait for as long as it wants, and reads for as long as the most patient one', async () => {
  const { begun, ask } = start();
  const first = ask(patient);
  const hasty = ask({ deadlineMs: 5 });
  const calm = ask(patient);
  await expect(hasty).rejects.toThrow(PoolAway);
  begun[0]!.end();
  await first;
  expect(begun[1]!.limits.deadlineMs).toBeGreaterThan(1_000);
  begun[1]!.end();
  expect(await calm).toBe(2);
});

test('ends for who gives up alone, and the reading itself only once all have', async () => {
  const { begun, ask } = start();
  const leaving = [new AbortController(), new AbortController()] as const;
  const first = ask(patient);
  const [one, other] = leaving.map(({ signal }) => ask({ ...patient, signal }));
  begun[0]!.end();
  await first;
  const { signal } = begun[1]!.limits;
  leaving[0].abort();
  await expect(one).rejects.toThrow('gave up');
  expect(signal?.aborted).toBe(false);
  leaving[1].abort();
  await expect(other).rejects.toThrow('gave up');
  expect(signal?.aborted).toBe(true);
});

test('reads nothing for those who gave up while they waited for their turn', async () => {
  const { begun, ask } = start();
  const first = ask(patient);
  const leaving = new AbortController();
  const gone = ask({ ...patient, signal: leaving.signal });
  leaving.abort();
  await expect(gone).rejects.toThrow(PoolAway);
  begun[0]!.end();
  await first;
  expect(begun).toHaveLength(1);
  const next = ask(patient);
  begun[1]!.end();
  expect(await next).toBe(2);
});

test('tells what the reading itself says where both end at the same deadline', async () => {
  const ask = sharedReading(async ({ deadlineMs }) => {
    await systemClock.sleep(deadlineMs);
    throw new PoolDenied('no rights');
  }, systemClock);
  await expect(ask({ deadlineMs: 20 })).rejects.toThrow(PoolDenied);
});
