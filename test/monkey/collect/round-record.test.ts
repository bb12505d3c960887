import { expect, test } from '@jest/globals';
import { newRoundCount, noTotals, withRound } from '../../../monkey/collect/round-record.ts';
import { answered, failed, row } from '../../support/collect.ts';

test('a round counts who answered, who failed and how far that got; many rounds add up', () => {
  const count = newRoundCount();
  count.take(failed('c', 'refused'));
  const answer = { ...answered('b', [row('x', 1), row('y', 1)]), damagedLines: 2 };
  count.take(answer);
  count.whole(answer);
  count.take(failed('a', 'no such key', 'auth'));
  const record = count.record(12, { lines: 4, datagrams: 1, failedLines: 0, tooLong: 0, because: null });
  expect(record).toMatchObject({ tookMs: 12, read: 1, processes: 2, damagedLines: 2 });
  expect(record.failed.map(({ target }) => target.host)).toEqual(['a', 'c']);

  const silent = { ...record, sent: { lines: 0, datagrams: 0, failedLines: 4, tooLong: 0, because: 'no route' } };
  expect([record, silent, { ...record, sent: null }].reduce(withRound, noTotals)).toEqual({
    ...{ rounds: 3, missedTicks: 0, read: 3, failed: 6, failedByStage: { connect: 3, auth: 3 }, damagedLines: 6 },
    sent: { lines: 4, datagrams: 1, failedLines: 4, tooLong: 0, because: 'no route' },
  });
});
