import { describe, expect, test } from '@jest/globals';
import type { HostAnswer, HostProcesses } from '../../../monkey/collect/host-answer.ts';
import { newHostsOnce } from '../../../monkey/collect/hosts-once.ts';
import type { ProcessRow } from '../../../monkey/collect/process-row.ts';
import { answered, failed, row, target } from '../../support/collect.ts';

const seenBy = (user: string, ...processes: readonly ProcessRow[]): HostProcesses => ({
  ...answered('a', processes),
  target: { ...target('a'), user },
});
const refused = (user: string): HostAnswer => ({ ...failed('a', 'refused'), target: { ...target('a'), user } });

/** All that comes of these answers, in this order. */
const outcome = (answers: readonly HostAnswer[]) => {
  const hosts = newHostsOnce(answers.map((answer) => answer.target));
  return [...answers.flatMap((answer) => hosts.take(answer) ?? []), ...hosts.rest()];
};
const pidsOf = ({ processes }: HostProcesses): readonly number[] => processes.map(({ pid }) => pid).sort();

describe('a host that was named with two users', () => {
  const ann = seenBy('ann', row('sh', 1, 1), row('node', 100, 7));
  const bob = seenBy('bob', row('node', 101, 7), row('java', 600, 8), row('sh', 2, 9));

  test('is told once, with each process that any of them sees once', () => {
    const [whole, ...more] = outcome([ann, bob]);
    expect(more).toEqual([]);
    expect(whole && pidsOf(whole)).toEqual([1, 7, 8, 9]);
  });

  test('comes to the same whoever answers first, as the one says who sees more', () => {
    const [one] = outcome([ann, bob]);
    const [other] = outcome([bob, ann]);
    expect(one).toEqual(other);
    expect(one?.processes.find(({ pid }) => pid === 7)?.rssKib).toBe(101);
  });

  test('has the share of a process that one of them may read', () => {
    const root = seenBy('root', { ...row('node', 99, 7), pssKib: 50 });
    const [whole] = outcome([bob, root]);
    expect(whole?.processes.find(({ pid }) => pid === 7)).toMatchObject({ rssKib: 99, pssKib: 50 });
  });

  test('is what one sees where the other fails, whichever comes first, and nothing where both do', () => {
    expect(outcome([refused('bob'), ann])).toEqual([ann]);
    expect(outcome([ann, refused('bob')])).toEqual([ann]);
    expect(outcome([refused('ann'), refused('bob')])).toEqual([]);
  });

  test('is told with what came by then where the round is cut short', () => {
    const hosts = newHostsOnce([ann.target, bob.target]);
    expect(hosts.take(ann)).toBeUndefined();
    expect(hosts.rest()).toEqual([ann]);
  });
});

test('hosts that were named once wait for nobody, nor do two ports of one name', () => {
  const other = { ...answered('a', [row('x', 1)]), target: target('a', 2_222) };
  const hosts = newHostsOnce([target('a'), other.target, target('b')]);
  expect(hosts.take(other)).toBe(other);
  expect(hosts.take(failed('b', 'refused'))).toBeUndefined();
});
