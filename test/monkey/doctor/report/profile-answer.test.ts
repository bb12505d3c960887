import { expect, test } from '@jest/globals';
import type { Captured } from '../../../../monkey/doctor/ports/profiler.ts';
import { profileAnswerText, readProfileAnswer } from '../../../../monkey/doctor/report/profile-answer.ts';

const captured: Captured = {
  ...{ kind: 'captured', by: 'perf', of: 'the app', seconds: 4.9, hz: 99, cut: 'its deadline came first', notes: [] },
  stacks: new Map(Array.from({ length: 1_000 }, (_, index) => [`größe;${'f'.repeat(90)}_${index}`, 1_000 - index])),
};

test('reads what it wrote', () => {
  expect(readProfileAnswer(profileAnswerText(captured, 1_000_000))).toEqual(captured);
  const not = { kind: 'not-captured', why: 'nothing', because: 'it has ended' } as const;
  expect(readProfileAnswer(profileAnswerText(not, 1_000))).toEqual(not);
});

test('adds up the rarest stacks where all would be too long', () => {
  const text = profileAnswerText(captured, 40_000);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(40_000);
  const read = readProfileAnswer(text);
  if (read?.kind !== 'captured') throw new Error('it was captured');
  const sum = (stacks: ReadonlyMap<string, number>) => [...stacks.values()].reduce((all, count) => all + count, 0);
  expect(sum(read.stacks)).toBe(sum(captured.stacks));
  expect(read.stacks.get('[left out]')).toBeGreaterThan(0);
  expect(read.stacks.get(`größe;${'f'.repeat(90)}_0`)).toBe(1_000);
});

test.each(['', '[]', '{"kind":"captured"}', '{"kind":"captured","by":"hand","stacks":{}}'])(
  'reads no sense in %j',
  (text) => {
    expect(readProfileAnswer(text)).toBeUndefined();
  },
);
