import { expect, test } from '@jest/globals';
import { newRoundTimes } from '../../../monkey/agent/round-times.ts';

let nowMs = 0;
const times = () => newRoundTimes({ monotonicMs: () => nowMs });

test('a round is old after 90 s, where rounds come often', () => {
  const { due, ended, oldMs } = times();
  expect(oldMs()).toBeUndefined();
  due();
  nowMs += 1_000;
  due();
  ended();
  nowMs += 90_000;
  expect(oldMs()).toBeUndefined();
  nowMs += 1;
  expect(oldMs()).toBe(90_001);
  ended();
  expect(oldMs()).toBeUndefined();
});

test('where rounds come seldom it is old after three of their pauses', () => {
  const { due, ended, oldMs } = times();
  due();
  nowMs += 600_000;
  due();
  ended();
  nowMs += 1_800_000;
  expect(oldMs()).toBeUndefined();
  nowMs += 1;
  expect(oldMs()).toBe(1_800_001);
});

test('a pause of a machine that slept is forgotten', () => {
  const { due, ended, oldMs } = times();
  due();
  nowMs += 86_400_000;
  for (let round = 0; round < 9; round += 1) {
    due();
    nowMs += 1_000;
  }
  ended();
  nowMs += 100_000;
  expect(oldMs()).toBe(100_000);
});
