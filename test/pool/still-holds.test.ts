import { expect, test } from '@jest/globals';
import { stillHolds } from '../../pool/still-holds.ts';
import { viewOf } from '../support/view.ts';

/** Readings that take so long, one after the other. */
const reading = (...tookMs: readonly number[]) => {
  let nowMs = 1_000;
  let made = 0;
  const read = async () => {
    nowMs += tookMs[Math.min(made, tookMs.length - 1)] ?? 0;
    made += 1;
    return viewOf([]);
  };
  return { clock: { monotonicMs: () => nowMs }, read, made: () => made };
};
const fine = (): undefined => undefined;

test('a call may be sent until half a second after the reading was sent, however long that took', async () => {
  const { clock, read } = reading(300);
  expect(await stillHolds(clock, read, fine)).toEqual({ obstacle: undefined, sendByMs: 1_500 });
});

test('a reading that leaves no time for the call is made again', async () => {
  const { clock, read, made } = reading(401, 20);
  expect(await stillHolds(clock, read, fine)).toEqual({ obstacle: undefined, sendByMs: 1_901 });
  expect(made()).toBe(2);
});

test('nothing is asked where no reading is quick enough', async () => {
  const { clock, read, made } = reading(450);
  expect((await stillHolds(clock, read, fine)).obstacle).toBe('the token could not be read within 400 ms');
  expect(made()).toBe(5);
});

test('what no longer stands forbids the call at once', async () => {
  const { clock, read, made } = reading(450);
  expect((await stillHolds(clock, read, () => 'another leads')).obstacle).toBe('another leads');
  expect(made()).toBe(1);
});
