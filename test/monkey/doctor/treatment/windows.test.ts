import { describe, expect, test } from '@jest/globals';
import { isOpen, localTimeText, nextOpenMs, windowText } from '../../../../monkey/doctor/treatment/windows.ts';
import type { PolicySource } from '../../../../pool/policy.ts';
import { policyOf } from '../../../support/view.ts';

type Source = NonNullable<NonNullable<PolicySource['limits']>['windows']>[number];

const windowOf = (source: Source) => policyOf({ limits: { windows: [source] } }).limits.windows![0]!;
const open = (source: Source, at: string) => isOpen(windowOf(source), Date.parse(at));
const next = (sources: readonly Source[], after: string) => {
  const atMs = nextOpenMs(sources.map(windowOf), Date.parse(after));
  return atMs === undefined ? undefined : new Date(atMs).toISOString().slice(0, 16);
};

// 2027-03-01 is a Monday.
const night: Source = { days: ['mon'], from: '22:00', to: '06:00' };
const berlin = 'Europe/Berlin';

describe('a window is open', () => {
  test('always, where it says nothing', () => {
    for (const at of ['2027-03-01T00:00Z', '2027-03-06T23:59:59.999Z']) expect(open({}, at)).toBe(true);
  });

  test.each([
    ['2027-03-01T08:59:59Z', false],
    ['2027-03-01T09:00Z', true],
    ['2027-03-01T16:59:59.999Z', true],
    ['2027-03-01T17:00Z', false],
    ['2027-03-02T10:00Z', false],
  ])('from its first minute to before its last: at %s %s', (at, isSo) => {
    expect(open({ days: ['mon'], from: '09:00', to: '17:00' }, at)).toBe(isSo);
  });

  test.each([
    ['2027-03-01T21:59Z', false],
    ['2027-03-01T22:00Z', true],
    ['2027-03-02T05:59Z', true],
    ['2027-03-02T06:00Z', false],
    // The night before belongs to Sunday.
    ['2027-03-01T05:00Z', false],
  ])('past midnight, into the next day: at %s %s', (at, isSo) => {
    expect(open(night, at)).toBe(isSo);
  });

  test('past midnight at the end of the week', () => {
    expect(open({ ...night, days: ['sat'] }, '2027-03-07T03:00Z')).toBe(true);
    expect(open({ ...night, days: ['sun'] }, '2027-03-01T03:00Z')).toBe(true);
  });

  test('by the days and times of its zone', () => {
    const tokyo: Source = { days: ['tue'], from: '01:00', to: '02:00', zone: 'Asia/Tokyo' };
    expect(open(tokyo, '2027-03-01T16:30Z')).toBe(true);
    expect(open(tokyo, '2027-03-02T01:30Z')).toBe(false);
  });

  test('at the same time by the wall clock in summer and in winter', () => {
    const morning = { from: '09:00', to: '10:00', zone: berlin };
    expect(open(morning, '2027-01-15T08:30Z')).toBe(true);
    expect(open(morning, '2027-07-15T08:30Z')).toBe(false);
    expect(open(morning, '2027-07-15T07:30Z')).toBe(true);
  });

  test('twice where the clock is put back, never where it leaves the hour out', () => {
    const early = { from: '02:00', to: '03:00', zone: berlin };
    expect(['2027-10-31T00:30Z', '2027-10-31T01:30Z'].map((at) => open(early, at))).toEqual([true, true]);
    const thatNight = Array.from({ length: 24 * 60 }, (_, minute) => Date.parse('2027-03-27T22:00Z') + minute * 60_000);
    expect(thatNight.some((atMs) => isOpen(windowOf(early), atMs))).toBe(false);
  });

  test('at no time that is none: that is thrown, and so a veto', () => {
    expect(() => isOpen(windowOf({}), Number.NaN)).toThrow(RangeError);
  });
});

describe('the next opening', () => {
  test.each([
    ['2027-03-01T20:00Z', '2027-03-01T22:00'],
    ['2027-03-01T22:00Z', '2027-03-08T22:00'],
    ['2027-03-02T06:00Z', '2027-03-08T22:00'],
  ])('after %s is %s', (after, at) => {
    expect(next([night], after)).toBe(at);
  });

  test('is the first of several', () => {
    expect(next([night, { days: ['fri'], from: '12:00', to: '13:00' }], '2027-03-02T12:00Z')).toBe('2027-03-05T12:00');
  });

  test('is told across the change to summer time', () => {
    expect(next([{ days: ['sun'], from: '09:00', to: '10:00', zone: berlin }], '2027-03-27T12:00Z')).toBe(
      '2027-03-28T07:00',
    );
  });

  test('is a week later where summer time leaves it out', () => {
    expect(next([{ days: ['sun'], from: '02:00', to: '03:00', zone: berlin }], '2027-03-27T12:00Z')).toBe(
      '2027-04-04T00:00',
    );
  });
});

test('windows and times are told as people write them', () => {
  expect(windowText(windowOf(night))).toBe('mon 22:00-06:00 UTC');
  expect(windowText(windowOf({ zone: berlin }))).toBe('every day 00:00-24:00 Europe/Berlin');
  expect(localTimeText(berlin, Date.parse('2027-07-15T07:05Z'))).toBe('thu 09:05');
  expect(localTimeText('UTC', Date.parse('2027-07-15T00:00Z'))).toBe('thu 00:00');
});
