import { expect, test } from '@jest/globals';
import { isSame, parseStat } from '../../../../monkey/host/proc/stat.ts';

const line =
  '1042 (node) S 981 1042 981 34816 1042 4194304 23143 402 12 1 731 96 33 7 20 0 11 0 4812044 1188524032 14213 18446744073709551615 4194304 28771429 140727433163392 0 0 0 0 4096 134234626 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0';

test('reads who a process is, what it used and when it started', () => {
  expect(parseStat(line)).toEqual({
    pid: 1042,
    command: 'node',
    state: 'S',
    parent: 981,
    group: 1042,
    session: 981,
    ticks: 731 + 96,
    childTicks: 33 + 7,
    startTicks: 4_812_044,
    vszBytes: 1_188_524_032,
    rssPages: 14_213,
  });
});

test.each(['a) S 1 (b', '(sd-pam)', 'tmux: server', 'two\nlines', ''])('takes the name %j for what it is', (name) => {
  expect(parseStat(line.replace('(node)', `(${name})`))).toMatchObject({ pid: 1042, command: name, ticks: 827 });
});

test.each(['', 'no brackets', '12 (cut off', '12 (node) S 1 2', line.replace('4812044', 'x'), 'x (node) S'])(
  'takes %j for no process',
  (text) => {
    expect(parseStat(text)).toBeUndefined();
  },
);

test('tells a process from the one that has got its number later', () => {
  const one = parseStat(line)!;
  expect(isSame(one, parseStat(line.replace(' 731 ', ' 900 ')))).toBe(true);
  expect(isSame(one, parseStat(line.replace('4812044', '4812045')))).toBe(false);
  expect(isSame(one, undefined)).toBe(false);
});
