import { expect, test } from '@jest/globals';
import { type MemoryTold, memoryIn, memoryLines, memoryWords } from '../../../../monkey/doctor/memory/told.ts';

const gib = 2 ** 30;
const told: MemoryTold = {
  killed: [
    { command: 'app', pid: 1_234, rssBytes: 3.4 * gib, by: 'kernel' },
    { command: 'db', pid: 7, rssBytes: 0.5 * gib, by: 'gone', seenMs: 20_000 },
    { command: 'cron', pid: 8, by: 'kernel' },
  ],
  biggest: [
    { command: 'node', processes: 3, rssBytes: 2.1 * gib },
    { command: 'sshd', processes: 1, rssBytes: 12 * 2 ** 20 },
  ],
  grew: [
    { command: 'app', fromBytes: 1.2 * gib, toBytes: 3.4 * gib, overMs: 3_120_000, bytes: [1.2 * gib, 3.4 * gib] },
  ],
};

test('who was killed, who grew and who is biggest stand in one line of a finding', () => {
  expect(memoryWords(told)).toBe(
    'killed: app (pid 1234, 3.4 GiB), probably db (pid 7, 512 MiB 20s before), cron (pid 8); ' +
      'grew: app 1.2 → 3.4 GiB in 52m ▁█; biggest now: node 2.1 GiB (3 processes), sshd 12 MiB',
  );
  expect(memoryWords({ killed: [], biggest: [], grew: [] })).toBeUndefined();
});

test('and in a line each of the evidence', () => {
  expect(memoryLines(told)).toEqual([
    'killed: app (pid 1234, 3.4 GiB)',
    'killed: probably db (pid 7, 512 MiB 20s before)',
    'killed: cron (pid 8)',
    'grew: app 1.2 → 3.4 GiB in 52m ▁█',
    'biggest: node 2.1 GiB (3 processes), sshd 12 MiB',
  ]);
});

test('is read back from a record as it was', () => {
  expect(memoryIn(JSON.parse(JSON.stringify(told)))).toEqual(told);
});

test.each([
  undefined,
  null,
  'text',
  {},
  { killed: 'nobody', biggest: 7, grew: [null, 3, {}] },
  { killed: [{ command: 'app', pid: 'x', by: 'kernel' }] },
  { grew: [{ command: 'app', fromBytes: 1, toBytes: Number.NaN, overMs: 1, bytes: [] }] },
])('of %p nothing is made', (value) => {
  expect(memoryIn(value)).toBeUndefined();
});

test('names of another version cannot break a line, and no list is longer than it may be', () => {
  const many = Array.from({ length: 1_000 }, () => ({ command: 'a\nb', processes: 1, rssBytes: 1 }));
  const read = memoryIn({ biggest: many });
  expect(read?.biggest).toHaveLength(20);
  expect(read?.biggest[0]?.command).toBe('a?b');
});
