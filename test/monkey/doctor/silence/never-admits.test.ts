import { expect, test } from '@jest/globals';
import type { SilenceStep } from '../../../../monkey/doctor/silence/step.ts';
import { isTold, openOfPolicy, toldIn } from '../../../../monkey/doctor/silence/told.ts';
import type { Incident } from '../../../../pool/store.ts';
import { actsOf, noticesBy, record, startMs, watcher } from './watched-pool.ts';

const ids = ['i-1', 'i-2', 'i-3'];
const three = () => ids.map((id) => record(id));
const tooStrict = { limits: { minServing: 3 } };
const stored = (version: number) => ({
  policy: { version, by: 'ann', atMs: startMs, source: tooStrict, policy: {} as never },
});

test('that no node can ever be treated is told once, as soon as the pool has settled', () => {
  const pool = watcher(three(), tooStrict);
  expect(pool.rounds(60, { beating: ids })).toEqual([]);
  const steps = pool.rounds(300, { beating: ids });
  expect(steps).toMatchObject([{ kind: 'tell', story: { incident: 'never-0-min-serving', node: '*' } }]);
  expect(noticesBy(steps)).toEqual([
    {
      kind: 'never',
      urgency: 'warning',
      text: 'The policy can never admit a treatment: limits.minServing is 3 and the pool has 3 nodes.',
      detail: {
        because: 'the policy can never admit a treatment: limits.minServing is 3 and the pool has 3 nodes',
      },
    },
  ]);
});

test('is told again of another version of the policy', () => {
  const pool = watcher(three(), tooStrict);
  const told = [1, 2, 2].flatMap((version) => pool.rounds(100, { beating: ids, view: stored(version) }));
  expect(told).toMatchObject([
    { story: { incident: 'never-1-min-serving', step: 'never' } },
    { story: { incident: 'never-2-min-serving', step: 'never' } },
    { story: { incident: 'never-1-min-serving', step: 'over', notices: [] } },
  ]);
});

test('is not told while nodes are still joining', () => {
  const pool = watcher(three().slice(0, 1));
  pool.rounds(50, { beating: ids });
  pool.set(record('i-2', { sinceMs: startMs + 50_000 }));
  expect(pool.rounds(300, { beating: ids })).toEqual([]);
});

test('is told of a pool that never comes to rest as well, ten minutes after the policy', () => {
  const pool = watcher(three(), tooStrict);
  const churn = (): readonly unknown[] =>
    Array.from({ length: 12 }, (_, index) => index).flatMap((index) => {
      pool.set(record('i-2', { sinceMs: startMs + index * 50_000 }));
      return pool.rounds(50, { beating: ids });
    });
  expect(churn()).toEqual([]);
  expect(pool.rounds(5, { beating: ids })).toMatchObject([{ story: { incident: 'never-0-min-serving' } }]);
});

test('is over, and told so once, when the pool has settled without it', () => {
  const pool = watcher(three(), tooStrict);
  pool.rounds(100, { beating: ids });
  pool.set(record('i-4', { sinceMs: startMs + 100_000 }));
  expect(pool.rounds(50, { beating: [...ids, 'i-4'] })).toEqual([]);
  expect(pool.rounds(60, { beating: [...ids, 'i-4'] })).toMatchObject([
    { kind: 'tell', story: { incident: 'never-0-min-serving', step: 'over', outcome: 'returned' } },
  ]);
});

test('is told again, and over again, each time that it is so again', () => {
  const pool = watcher(three(), tooStrict);
  const tellsOf = (steps: readonly SilenceStep[]) =>
    actsOf(steps).map((step) => (step.kind === 'tell' ? step.story.step : step.kind));
  const times = [1, 2].flatMap(() => {
    pool.set(record('i-4', { state: 'left' }));
    const never = tellsOf(pool.rounds(100, { beating: ids }));
    pool.set(record('i-4'));
    return [...never, ...tellsOf(pool.rounds(100, { beating: [...ids, 'i-4'] }))];
  });
  expect(times).toEqual(['never', 'over', 'never', 'over']);
});

test('a policy that one controller cannot read is paged again where another, which can, led in between', () => {
  const pool = watcher(three());
  const garbage = [{ kind: 'garbage', key: 'dm:{web}:policy', because: 'a key of another version', policyVersion: 7 }];
  const unread = { beating: ids, view: { garbage } } as const;
  const urgencies = [unread, { beating: ids }, unread].map((each) =>
    noticesBy(pool.rounds(100, each as never)).map(({ kind }) => kind),
  );
  expect(urgencies).toEqual([['policy-unreadable'], ['over'], ['policy-unreadable']]);
});

test('what the pool says was told is read in the order in which it was told', () => {
  const entry = (step: string, atMs: number) => ({ step, because: 'x', atMs });
  const incident = (...steps: readonly string[]) =>
    ({ id: 'never-3-min-serving', node: '*', openedMs: 1, entries: steps.map(entry) }) as unknown as Incident;
  const isOpen = (...steps: readonly string[]) => openOfPolicy(toldIn([incident(...steps)])).length > 0;
  expect([isOpen('never'), isOpen('never', 'over'), isOpen('never', 'over', 'never')]).toEqual([true, false, true]);
  expect(isTold(toldIn([incident('never', 'over')]), 'never-3-min-serving', 'never')).toBe(false);
});

test('is told by who only observes, too', () => {
  const pool = watcher(three(), tooStrict, 'observe');
  expect(noticesBy(pool.rounds(100, { beating: ids }))).toMatchObject([{ kind: 'never' }]);
});

test('does not make people forget that most of the pool was silent', () => {
  const pool = watcher(three(), tooStrict);
  const silent = pool.rounds(100, { beating: ['i-1'] });
  expect(noticesBy(silent).map(({ kind }) => kind)).toEqual(['half-silent', 'never']);
  expect(noticesBy(pool.rounds(2, { beating: ids })).map(({ kind }) => kind)).toContain('half-over');
});
