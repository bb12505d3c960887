import { expect, test } from '@jest/globals';
import { window } from '../../../../../monkey/doctor/treatment/guards/window.ts';
import type { PolicySource } from '../../../../../pool/policy.ts';
import { nodeRecord } from '../../../../support/nodes.ts';
import { questionOf } from '../../../../support/question.ts';

const ask = (windows: NonNullable<PolicySource['limits']>['windows'], at: string) =>
  window(
    questionOf([nodeRecord('web-1')], {
      policy: windows === undefined ? {} : { limits: { windows } },
      view: { nowMs: Date.parse(at) },
    }),
  );
// 2027-03-01 is a Monday.
const night = { from: '22:00', to: '06:00', zone: 'Europe/Berlin' };

test('allows always where the policy names no window', () => {
  expect(ask(undefined, '2027-03-01T12:00Z')).toMatchObject({ kind: 'allow', because: 'treatments may always begin' });
});

test('allows within a window, and says which', () => {
  expect(ask([{ days: ['sun'] }, night], '2027-03-01T22:30Z')).toEqual({
    kind: 'allow',
    because: 'it is mon 23:30, within every day 22:00-06:00 Europe/Berlin',
    detail: { window: 'every day 22:00-06:00 Europe/Berlin' },
  });
});

test('refuses outside of all, and says when the next one opens', () => {
  expect(ask([night], '2027-03-01T20:00Z')).toEqual({
    kind: 'veto',
    because: 'no window is open at mon 21:00 Europe/Berlin: the next opens in 1h (every day 22:00-06:00 Europe/Berlin)',
    detail: {
      now: 'mon 21:00 Europe/Berlin',
      windows: 'every day 22:00-06:00 Europe/Berlin',
      remainingMs: 3_600_000,
    },
  });
});
