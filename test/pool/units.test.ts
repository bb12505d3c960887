import { describe, expect, test } from '@jest/globals';
import { formatByteSpan, formatBytes, formatTimeOfDay, timeOfDay, timeZone } from '../../pool/units.ts';

describe('a time of day', () => {
  test.each([
    ['00:00', 0],
    ['09:05', 545],
    ['22:30', 1_350],
    ['24:00', 1_440],
  ])('%s is minute %d', (text, minutes) => {
    expect(timeOfDay().parse(text)).toBe(minutes);
    expect(formatTimeOfDay(minutes)).toBe(text);
  });

  test.each(['24:01', '9:00', '09:60', '0900', '-1:00', '09:00:00', ''])('%j is none', (text) => {
    expect(timeOfDay().safeParse(text).success).toBe(false);
  });
});

describe('a time zone', () => {
  test.each(['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires'])('%s is one', (name) => {
    expect(timeZone().parse(name)).toBe(name);
  });

  test.each(['Mars/Olympus', '+01:00', '', 'Europe/', 'UTC+1 '])('%j is none', (name) => {
    expect(timeZone().safeParse(name).success).toBe(false);
  });
});

test.each([
  [0, '0 B'],
  [1_023, '1023 B'],
  [1_536, '1.5 KiB'],
  [120 * 2 ** 20, '120 MiB'],
  [3.4 * 2 ** 30, '3.4 GiB'],
  [2 ** 60, '1048576 TiB'],
])('%d bytes are written %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test('a span of bytes names its unit once, where both ends have the same', () => {
  expect(formatByteSpan(1.2 * 2 ** 30, 3.4 * 2 ** 30)).toBe('1.2 → 3.4 GiB');
  expect(formatByteSpan(900 * 2 ** 20, 3.4 * 2 ** 30)).toBe('900 MiB → 3.4 GiB');
});
