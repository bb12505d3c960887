import { describe, expect, test } from '@jest/globals';
import type { Telling } from '../../../proxy/telling.ts';
import { addUp } from '../../../proxy/workers/add-up.ts';
import type { Seen } from '../../../proxy/workers/crew.ts';
import { member, nothingCounted, shownPool, telling } from './told.ts';

const seen = (worker: number, told: Telling | undefined, state: Seen['state'] = 'serving'): Seen => ({
  ...{ worker, pid: worker, router: `r-w${worker}`, state, restarts: 0 },
  told: told === undefined ? undefined : { telling: told, numbers: nothingCounted },
});
const withInFlight = (inFlight: number, rest: Partial<Telling> = {}) =>
  telling('r', shownPool([member('a', { inFlight, webSockets: 1 }), member('b')]), rest);

describe('what is in flight', () => {
  test('adds up by node', () => {
    const { shown } = addUp('r', [seen(1, withInFlight(2)), seen(2, withInFlight(3))]);
    expect(shown.members).toEqual([member('a', { inFlight: 5, webSockets: 2 }), member('b')]);
  });

  test('on a silent worker counts as it was told last', () => {
    const { shown } = addUp('r', [seen(1, withInFlight(0)), seen(2, withInFlight(3), 'silent')]);
    expect(shown.members[0]).toMatchObject({ id: 'a', inFlight: 3 });
  });

  test('on a node that has left in one worker and not yet in the other stands in both lists', () => {
    const left = telling('r', shownPool([], { leaving: [member('a', { place: 'leaving', inFlight: 1 })] }));
    const { shown } = addUp('r', [seen(1, withInFlight(2)), seen(2, left)]);
    expect(shown.members.map(({ inFlight }) => inFlight)).toEqual([2, 0]);
    expect(shown.leaving).toEqual([member('a', { place: 'leaving', inFlight: 1 })]);
  });

  test('adds up for each pool of its own', () => {
    const other = (inFlight: number) => withInFlight(0, { others: { api: shownPool([member('c', { inFlight })]) } });
    expect(addUp('r', [seen(1, other(1)), seen(2, other(2))]).others).toEqual({
      api: shownPool([member('c', { inFlight: 3 })]),
    });
  });
});

test('shows a node as left out where one worker has, and the version of who is most behind', () => {
  const at = (version: number, awayMs: number, place: 'in' | 'out') =>
    telling('r', shownPool([member('a', { place })], { pool: { epoch: 'e', version, awayMs, kept: 0 } }));
  const { shown } = addUp('r', [seen(1, at(9, 0, 'in')), seen(2, at(7, 50, 'out'))]);
  expect(shown.members).toMatchObject([{ place: 'out' }]);
  expect(shown.pool).toEqual({ epoch: 'e', version: 7, awayMs: 50, kept: 0 });
});

describe('the proxy is ready', () => {
  test('while one worker has just said so, for whom the others need not be left; all that keeps them is told', () => {
    const all = [seen(1, withInFlight(0)), seen(2, withInFlight(0), 'silent')];
    expect(addUp('r', all).ready).toMatchObject({ ok: true, because: 'worker 2 is silent' });
  });

  test('when every worker has just said so', () => {
    const well = { ok: true, panic: false, nodes: { well: 2, askedLast: 0, ejected: 0 } };
    expect(addUp('r', [seen(1, withInFlight(0)), seen(2, withInFlight(0))]).ready).toEqual(well);
  });

  test('where one of them is in panic too, and says which; the nodes are as the one sees them that has the fewest left', () => {
    const panicking = withInFlight(0, {
      ready: { ok: true, because: 'panic: all', panic: true, nodes: { well: 0, askedLast: 1, ejected: 1 } },
    });
    expect(addUp('r', [seen(1, withInFlight(0)), seen(2, panicking)]).ready).toEqual({
      ...{ ok: true, because: 'worker 2: panic: all' },
      ...{ panic: true, nodes: { well: 0, askedLast: 1, ejected: 1 } },
    });
  });

  test('not while all begin, hang, or are not ready themselves; all of that is told', () => {
    const stopping = withInFlight(0, {
      ready: { ok: false, because: 'stopping', panic: false, nodes: { well: 2, askedLast: 0, ejected: 0 } },
    });
    const all = [seen(2, undefined, 'starting'), seen(3, withInFlight(0), 'silent'), seen(4, stopping)];
    const because = 'worker 2 is starting, worker 3 is silent, worker 4: stopping';
    expect(addUp('r', all).ready).toMatchObject({ ok: false, because });
  });
});

describe('the proxy is healthy', () => {
  test('while one worker can route', () => {
    const all = [seen(1, undefined, 'starting'), seen(2, withInFlight(0))];
    expect(addUp('r', all).health).toEqual({ ok: true, members: 2 });
  });

  test('not by what a worker has said that is silent now', () => {
    const all = [seen(1, withInFlight(0), 'silent'), seen(2, undefined, 'starting')];
    expect(addUp('r', all).health).toEqual({ ok: false, members: 0, because: 'no worker answers' });
  });

  test('not where no worker has members, and says why', () => {
    const none = withInFlight(0, { health: { ok: false, members: 0, because: 'no node of the pool is serving' } });
    const because = 'no node of the pool is serving';
    expect(addUp('r', [seen(1, none), seen(2, none)]).health).toEqual({ ok: false, members: 0, because });
  });
});
