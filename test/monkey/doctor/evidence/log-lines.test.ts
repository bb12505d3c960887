import { expect, test } from '@jest/globals';
import { isOfOom, lastLines } from '../../../../monkey/doctor/evidence/log-lines.ts';

const most = { lines: 3, bytes: 1_000 };

test('keeps the last lines, each on its own, and none that says nothing', () => {
  expect(lastLines(['one', 'two', '', 'three', 'four\u001b[31m', '  '], most)).toEqual(['two', 'three', 'four [31m']);
});

test.each([
  ['password=hunter2 for all', 'hunter2'],
  ['{"apiKey":"abc123def","n":1}', 'abc123def'],
  ['GET / Authorization: Bearer abcdefgh12345', 'abcdefgh12345'],
  ['redis://user:s3cret@10.0.0.1:6379 refused', 's3cret'],
  ['Cookie: sid=abc; theme=dark', 'sid=abc'],
  ['token eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSM given', 'eyJzdWIiOiIx'],
  ['key AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLE'],
  ['used ghp_abcdefghijklmnopqrstuvwxyz0123', 'ghp_abcdef'],
])('does not keep what looks like a secret: %s', (line, secret) => {
  expect(lastLines([line], most).join()).not.toContain(secret);
});

test('a line of a megabyte is cut, and lines beyond the room are the oldest', () => {
  const kept = lastLines(['a'.repeat(1_000_000), 'b'.repeat(399), 'c'.repeat(399)], most);
  expect(kept.map((line) => line[0])).toEqual(['b', 'c']);
  expect(lastLines(['d'.repeat(1_000_000)], most)[0]?.length).toBeLessThanOrEqual(400);
});

test('knows what the kernel says when memory has run out', () => {
  const log = [
    '[1.0] oom-kill:constraint=CONSTRAINT_MEMCG,task=node',
    '[1.1] Memory cgroup out of memory: Killed process 712 (node)',
    '[1.2] eth0: link up',
  ];
  expect(log.map(isOfOom)).toEqual([true, true, false]);
});
