import { expect, test } from '@jest/globals';
import { cooldown, cooldownMs } from '../../../../../monkey/doctor/treatment/guards/cooldown.ts';
import { nodeRecord } from '../../../../support/nodes.ts';
import { questionOf } from '../../../../support/question.ts';
import { nowMs } from '../../../../support/view.ts';

const policy = { limits: { cooldown: '15m' } };
const ask = (treatmentTimes: readonly number[], relapses = 0) =>
  cooldown(questionOf([nodeRecord('web-1', { treatmentTimes, relapses })], { policy }));

test('lets a node be treated that never was', () => {
  expect(ask([])).toMatchObject({ kind: 'allow', because: 'never treated' });
});

test('refuses until the wait is over, and says how long that is', () => {
  expect(ask([nowMs - 60_000])).toEqual({
    kind: 'veto',
    because: 'treated 1m ago, cooldown 15m',
    detail: { remainingMs: 840_000, relapses: 0, busy: 0, waitMs: 900_000 },
  });
  expect(ask([nowMs - 899_999]).kind).toBe('veto');
  expect(ask([nowMs - 900_000]).kind).toBe('allow');
});

test('doubles the wait with each relapse', () => {
  expect(ask([nowMs - 900_000], 1).kind).toBe('veto');
  expect(ask([nowMs - 1_800_000], 1).kind).toBe('allow');
  expect([0, 1, 2, 3].map((relapses) => cooldownMs(10, relapses))).toEqual([10, 20, 40, 80]);
});

test('doubles the wait each time that it was load, too', () => {
  const ask = (agoMs: number, busy: number, relapses = 0) =>
    cooldown(questionOf([nodeRecord('web-1', { treatmentTimes: [nowMs - agoMs], relapses, busy })], { policy })).kind;
  expect([ask(900_000, 1), ask(1_800_000, 1), ask(1_800_000, 2)]).toEqual(['veto', 'allow', 'veto']);
  expect(cooldown(questionOf([nodeRecord('web-1', { treatmentTimes: [nowMs - 60_000], busy: 2 })]))).toMatchObject({
    because: 'treated 1m ago, cooldown 1h, it was load 2 times in a row',
  });
  // A treatment after one that was load is a relapse as well: the same trouble is not counted twice.
  expect(ask(1_800_000, 1, 1)).toBe('allow');
});

test('waits no longer than 64 times the base, whatever stands in the record', () => {
  expect(cooldownMs(10, 6)).toBe(640);
  expect(cooldownMs(10, Number.MAX_SAFE_INTEGER)).toBe(640);
});

test('counts from the latest treatment, in whatever order they stand', () => {
  expect(ask([nowMs - 1_000, nowMs - 9_000_000]).kind).toBe('veto');
});

test('takes a treatment in the future for one of just now', () => {
  expect(ask([nowMs + 5_000])).toMatchObject({ kind: 'veto', because: 'treated 0ms ago, cooldown 15m' });
});
