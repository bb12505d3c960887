import { expect, test } from '@jest/globals';
import type { PoolView, RouterReport } from '../../../../pool/view.ts';
import { noticesBy, record, startMs, watcher } from './watched-pool.ts';

const ids = ['i-1', 'i-2', 'i-3', 'i-4', 'i-5', 'i-6'];
const pool = () => watcher(ids.map((id) => record(id)));

/** What each router leaves out; `panic`: so few are left. They are heard in every round, but those `silent`. */
const routers = (
  leaving: readonly (readonly string[])[],
  { panic = false, silent = [] }: { panic?: boolean; silent?: readonly number[] } = {},
): Partial<PoolView> => ({
  routers: new Map(
    leaving.map((ejected, at): [string, RouterReport] => [
      `r-${at}`,
      {
        ...{ id: `r-${at}`, version: 10, draining: {} },
        atMs: silent.includes(at) ? startMs : startMs + 10 ** 9,
        ...(ejected.length === 0 ? {} : { ejected, panic }),
      },
    ]),
  ),
});
const each = (view: Partial<PoolView>) => ({ beating: ids, view });
const kindsOf = (steps: Parameters<typeof noticesBy>[0]) => noticesBy(steps).map(({ kind }) => kind);

test('a node that most routers leave out is told of once it has lasted, and once', () => {
  const seen = pool();
  const view = routers([['i-1'], ['i-1'], []]);
  expect(kindsOf(seen.rounds(30, each(view)))).toEqual([]);
  expect(noticesBy(seen.rounds(600, each(view)))).toEqual([
    {
      kind: 'left-out',
      urgency: 'warning',
      text: 'Most of 3 routers leave out i-1: requests there fail, and no agent finds why.',
      detail: { because: 'requests to i-1 fail, and no agent finds why', nodes: ['i-1'] },
    },
  ]);
});

test.each([
  ['half of the routers leave out', routers([['i-1'], []])],
  ['most routers leave out, of those that were heard long ago', routers([['i-1'], ['i-1'], []], { silent: [0, 1] })],
  ['no router leaves out', routers([[], []])],
])('a node that %s is not told of', (_what, view) => {
  expect(kindsOf(pool().rounds(300, each(view)))).toEqual([]);
});

test('a node that does not serve is not told of: it is out anyway', () => {
  const seen = pool();
  seen.set(record('i-1', { state: 'draining' }));
  expect(kindsOf(seen.rounds(300, each(routers([['i-1']]))))).not.toContain('left-out');
});

test('a few bad seconds are not told of', () => {
  const seen = pool();
  expect(kindsOf(seen.rounds(25, each(routers([['i-1']]))))).toEqual([]);
  expect(kindsOf(seen.rounds(300, each(routers([[]]))))).toEqual([]);
});

test('several nodes are told of in one notice, a later one in another', () => {
  const seen = pool();
  const both = noticesBy(seen.rounds(60, each(routers([['i-1', 'i-2']]))));
  expect(both.map(({ text }) => text)).toEqual([
    'The router leaves out i-1, i-2: requests there fail, and no agent finds why.',
  ]);
  const third = noticesBy(seen.rounds(60, each(routers([['i-1', 'i-2', 'i-3']]))));
  expect(third.map(({ detail }) => detail?.['nodes'])).toEqual([['i-3']]);
});

test('it is over when nobody was left out for two minutes, and is told again when it is so again', () => {
  const seen = pool();
  const out = each(routers([['i-1']]));
  const well = each(routers([[]]));
  const times = [1, 2].map(() => [
    ...kindsOf(seen.rounds(60, out)),
    ...kindsOf(seen.rounds(100, well)),
    ...kindsOf(seen.rounds(60, out)),
    ...kindsOf(seen.rounds(121, well)),
  ]);
  expect(times).toEqual([
    ['left-out', 'over'],
    ['left-out', 'over'],
  ]);
});

test('a controller that has just begun to watch does not say that it is over', () => {
  const seen = pool();
  seen.rounds(60, each(routers([['i-1']])));
  seen.breaks();
  expect(kindsOf(seen.rounds(115, each(routers([[]]))))).toEqual([]);
  expect(kindsOf(seen.rounds(10, each(routers([[]]))))).toEqual(['over']);
});

test('nobody says that it is over while no router is heard', () => {
  const seen = pool();
  seen.rounds(60, each(routers([['i-1']])));
  expect(kindsOf(seen.rounds(300, each(routers([['i-1']], { silent: [0] }))))).not.toContain('over');
});

test('a router in panic is paged, once, and the single nodes are not told of besides', () => {
  const seen = pool();
  const most = ['i-1', 'i-2', 'i-3', 'i-4'];
  const view = routers([most, []], { panic: true });
  expect(noticesBy(seen.rounds(300, each(view)))).toEqual([
    {
      kind: 'panic',
      urgency: 'page',
      text: '1 of 2 routers has so few nodes that answer well that it asks all of them; requests fail on i-1, i-2, i-3, i-4.',
      detail: expect.objectContaining({ nodes: most }),
    },
  ]);
  expect(kindsOf(seen.rounds(200, each(routers([[], []]))))).toEqual(['over']);
});
