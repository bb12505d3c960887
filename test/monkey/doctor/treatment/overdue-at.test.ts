import { expect, test } from '@jest/globals';
import { overdueAtMs } from '../../../../monkey/doctor/treatment/overdue-at.ts';
import { policyOf } from '../../../support/view.ts';

const policy = policyOf({ reboot: { settle: '1m', deadline: '10m' } });

test('a reboot has its own deadline, however soon EC2 may be asked again', () => {
  expect(overdueAtMs({ state: 'rebooting', sinceMs: 1_000, stepDeadlineMs: 61_000 }, policy)).toBe(601_000);
});

test('a reboot that was asked for again at the last moment is left to its owner for the settle time', () => {
  expect(overdueAtMs({ state: 'rebooting', sinceMs: 1_000, stepDeadlineMs: 655_000 }, policy)).toBe(655_000);
});

test('nobody waits for a node that serves or waits for a human', () => {
  for (const state of ['serving', 'quarantined', 'held', 'left'] as const)
    expect(overdueAtMs({ state, sinceMs: 1_000 }, policy)).toBeUndefined();
});
