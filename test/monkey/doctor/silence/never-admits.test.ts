import { expect, test } from '@jest/globals';
import { noticesBy, record, startMs, watcher } from './watched-pool.ts';

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
    { story: { incident: 'never-1-min-serving' } },
    { story: { incident: 'never-2-min-serving' } },
  ]);
});

test('is not told while nodes are still joining', () => {
  const pool = watcher(three().slice(0, 1));
  pool.rounds(50, { beating: ids });
  pool.set(record('i-2', { sinceMs: startMs + 50_000 }));
  expect(pool.rounds(300, { beating: ids })).toEqual([]);
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
