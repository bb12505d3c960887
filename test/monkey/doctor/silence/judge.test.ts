import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { draftOf } from '../../../../monkey/doctor/silence/draft.ts';
import type { NodeRecord } from '../../../../pool/record.ts';
import { answers, dead, kinds, lostBy, noticesBy, record, startMs, viewOf, watcher } from './watched-pool.ts';

const four = () => [1, 2, 3, 4].map((at) => record(`i-${at}`));
const others = ['i-2', 'i-3', 'i-4'];

describe('a silent node', () => {
  test('is left alone until the deadline of silence', () => {
    const pool = watcher(four());
    expect(pool.rounds(15, { beating: others, asked: { 'i-1': dead } })).toEqual([]);
  });

  test('is asked at its URL first', () => {
    const pool = watcher(four());
    const steps = pool.rounds(16, { beating: others });
    expect(steps).toEqual([expect.objectContaining({ kind: 'ask', node: 'i-1', url: 'http://10.0.0.1:801' })]);
  });

  test('that answers keeps serving, and people are paged once', () => {
    const pool = watcher(four());
    const steps = pool.rounds(60, { beating: others, asked: { 'i-1': answers } });
    expect(lostBy(steps)).toEqual([]);
    expect(noticesBy(steps)).toEqual([
      expect.objectContaining({ kind: 'silent', urgency: 'page', text: expect.stringContaining('it keeps serving') }),
    ]);
  });

  test('that answers nothing three times is found sick and lost, with a reason', () => {
    const pool = watcher(four());
    const [ask, step, ...more] = pool.rounds(16, { beating: others, asked: { 'i-1': dead } });
    expect(more).toEqual([]);
    expect(ask?.kind).toBe('ask');
    expect(step).toMatchObject({ kind: 'lose', node: { id: 'i-1' } });
    expect(noticesBy(step === undefined ? [] : [step])).toMatchObject([
      { kind: 'silent', text: expect.stringContaining('ECONNREFUSED') },
      { kind: 'lost', urgency: 'page' },
    ]);
  });

  test('is not lost after two tries', () => {
    const pool = watcher(four());
    const steps = pool.rounds(20, { beating: others, asked: { 'i-1': { ...dead, failures: 2 } } });
    expect(new Set(kinds(steps))).toEqual(new Set(['ask']));
  });

  test('is not lost where it may not be asked: people are told why, once', () => {
    const pool = watcher(four());
    const refused = { failures: 0, last: { kind: 'unknown', because: 'outside pool.allowedNetworks' } } as const;
    const steps = pool.rounds(30, { beating: others, asked: { 'i-1': refused } });
    expect(lostBy(steps)).toEqual([]);
    expect(noticesBy(steps)).toMatchObject([{ kind: 'refused', detail: { vetoes: [{ guard: 'url' }] } }]);
  });

  test('that beats again without having been lost ends its story', () => {
    const pool = watcher(four());
    pool.rounds(20, { beating: others, asked: { 'i-1': answers } });
    const steps = pool.rounds(3, { beating: [...others, 'i-1'] });
    expect(steps).toMatchObject([{ kind: 'tell', story: { node: 'i-1', step: 'beats', outcome: 'returned' } }]);
  });

  test('is not said to beat by a watcher whose watch has just begun again, and no page is resolved by that', () => {
    const pool = watcher(four());
    pool.rounds(20, { beating: others, asked: { 'i-1': answers } });
    pool.breaks();
    expect(noticesBy(pool.rounds(60, { beating: others, asked: { 'i-1': answers } }))).toEqual([]);
    expect(noticesBy(pool.rounds(2, { beating: [...others, 'i-1'] }))).toMatchObject([{ kind: 'beats' }]);
  });

  test('is told of again when it falls silent another time', () => {
    const pool = watcher(four());
    pool.rounds(20, { beating: others, asked: { 'i-1': answers } });
    pool.rounds(3, { beating: [...others, 'i-1'] });
    expect(noticesBy(pool.rounds(20, { beating: others, asked: { 'i-1': answers } }))).toHaveLength(1);
  });

  test('whose lost record returned to service is not told of by the watcher: its agent does that', () => {
    const pool = watcher(four());
    const steps = pool.rounds(16, { beating: others, asked: { 'i-1': dead } });
    pool.set(record('i-1', { state: 'lost' }));
    pool.rounds(2, { beating: others });
    pool.set(record('i-1', { state: 'serving' }));
    expect(lostBy(steps)).toEqual(['i-1']);
    expect(pool.rounds(3, { beating: [...others, 'i-1'] })).toEqual([]);
  });
});

describe('hands off', () => {
  test('where more than half of the pool is silent, and a page once', () => {
    const pool = watcher(four());
    const asked = { 'i-1': dead, 'i-2': dead, 'i-3': dead };
    const steps = pool.rounds(60, { beating: ['i-4'], asked });
    expect(lostBy(steps)).toEqual([]);
    expect(noticesBy(steps)).toMatchObject([
      { kind: 'half-silent', urgency: 'page', text: expect.stringContaining('3 of 4 nodes are silent') },
    ]);
  });

  test('where those lost before and those silent now are more than half', () => {
    const pool = watcher([...four().slice(1), record('i-1', { state: 'lost' })]);
    expect(lostBy(pool.rounds(30, { beating: ['i-2'], asked: { 'i-3': dead, 'i-4': dead } }))).toEqual([]);
  });

  test('and the end of it is told as well', () => {
    const pool = watcher(four());
    pool.rounds(20, { beating: ['i-4'] });
    expect(noticesBy(pool.rounds(2, { beating: ['i-1', 'i-2', 'i-3', 'i-4'] }))).toMatchObject([{ kind: 'half-over' }]);
  });

  test('and the end of it is not told by a watcher whose watch has just begun again', () => {
    const pool = watcher(four());
    pool.rounds(20, { beating: ['i-4'] });
    pool.breaks();
    expect(noticesBy(pool.rounds(60, { beating: ['i-4'] }))).toEqual([]);
    expect(noticesBy(pool.rounds(2, { beating: ['i-1', 'i-2', 'i-3', 'i-4'] }))).toMatchObject([{ kind: 'half-over' }]);
  });

  test('where more than half is lost or overdue and nobody silent serves: a page, once', () => {
    const overdue = { sinceMs: startMs - 900_000, stepDeadlineMs: startMs - 300_000, incident: 'inc-1' } as const;
    const nodes = [record('i-1', { state: 'lost' }), record('i-2', { state: 'checking', ...overdue }), record('i-3')];
    const pages = noticesBy(watcher(nodes).rounds(60, { beating: ['i-3'] })).filter(
      ({ kind }) => kind === 'half-silent',
    );
    expect(pages).toMatchObject([{ urgency: 'page', text: expect.stringContaining('2 of 3 nodes are silent (1 of') }]);
  });

  test('where fewer than minServing would serve: a page with the veto, once', () => {
    const pool = watcher(four(), { limits: { minServing: 4 } });
    const steps = pool.rounds(60, { beating: others, asked: { 'i-1': dead } });
    expect(lostBy(steps)).toEqual([]);
    expect(noticesBy(steps)).toMatchObject([
      { kind: 'refused', urgency: 'page', detail: { vetoes: [{ guard: 'min-serving' }] } },
    ]);
  });

  test('while the lever is pulled', () => {
    const pool = watcher(four());
    const lever = { because: 'deploy', by: 'ann', sinceMs: 0 };
    const steps = pool.rounds(30, { beating: others, asked: { 'i-1': dead }, view: { lever } });
    expect(lostBy(steps)).toEqual([]);
    expect(lostBy(pool.rounds(1, { beating: others, asked: { 'i-1': dead } }))).toEqual(['i-1']);
  });

  test('for a minute after a lost pool, with one page', () => {
    const pool = watcher(four());
    pool.rounds(3, { beating: ['i-1', ...others] });
    const anew = { epoch: 'e2', version: 11 };
    const steps = pool.rounds(60, { beating: others, asked: { 'i-1': dead }, view: anew });
    expect(lostBy(steps)).toEqual([]);
    expect(noticesBy(steps)).toMatchObject([
      {
        kind: 'lost-pool',
        urgency: 'page',
        text: expect.stringContaining('A pause and an applied policy may be lost'),
      },
    ]);
    expect(lostBy(pool.rounds(1, { beating: others, asked: { 'i-1': dead }, view: anew }))).toEqual(['i-1']);
  });
});

describe('in observe', () => {
  test('tells once whom it would take off the live list, and touches nobody', () => {
    const pool = watcher(four(), {}, 'observe');
    const steps = pool.rounds(60, { beating: others, asked: { 'i-1': dead } });
    expect(new Set(kinds(steps))).toEqual(new Set(['ask', 'tell']));
    expect(noticesBy(steps)).toMatchObject([
      { kind: 'would', urgency: 'page', text: expect.stringContaining('i-1 would be taken off the live list') },
    ]);
  });

  test('goes on forgetting routers', () => {
    const routers = new Map([['r-1', { id: 'r-1', atMs: 0, version: 1, draining: {} }]]);
    const steps = watcher(four(), {}, 'observe').rounds(620, { beating: ['i-1', ...others], view: { routers } });
    expect(kinds(steps)).toContain('forget-router');
  });
});

test('takes one node a round, the longest silent first', () => {
  const pool = watcher([1, 2, 3, 4, 5].map((at) => record(`i-${at}`)));
  pool.rounds(1, { beating: ['i-1'] });
  const steps = pool.rounds(20, { beating: ['i-3', 'i-4', 'i-5'], asked: { 'i-1': dead, 'i-2': dead } });
  expect(lostBy(steps)[0]).toBe('i-2');
  expect(lostBy(pool.round({ beating: ['i-3', 'i-4', 'i-5'], asked: { 'i-1': dead, 'i-2': dead } }))).toHaveLength(1);
});

describe('a treatment that nobody carries on', () => {
  const stepDeadlineMs = 1_700_000_010_000;
  // Ten seconds before the default deadlines of a reboot (10m) are over.
  const sinceMs = startMs - 590_000;
  const out = (state: 'rebooting' | 'draining', part: Partial<NodeRecord> = {}) =>
    record('i-1', { state, incident: 'inc-1', stepDeadlineMs, sinceMs, ...part });

  test('in any other state is paged once', () => {
    const pool = watcher([out('draining'), ...four().slice(1)]);
    expect(kinds(pool.rounds(40, { beating: others }))).toEqual(['tell']);
  });

  test('waits for the deadline of its step', () => {
    const late = out('draining', { stepDeadlineMs: 1_700_000_099_000 });
    expect(watcher([late, ...four().slice(1)]).rounds(90, { beating: others })).toEqual([]);
  });

  test('in checking, with no deadline of a step, is paged once the checks must have ended', () => {
    const checking = record('i-1', { state: 'checking', incident: 'inc-1' });
    const pool = watcher([checking, ...four().slice(1)]);
    expect(pool.rounds(135, { beating: others })).toEqual([]);
    expect(noticesBy(pool.rounds(60, { beating: others }))).toMatchObject([
      { kind: 'silent', urgency: 'page', text: expect.stringContaining('stuck in checking') },
    ]);
  });

  test('in checking ends in held where a human has taken hold of it meanwhile', () => {
    const checking = record('i-1', { state: 'checking', heldBy: 'ann' });
    const [step] = watcher([checking, ...four().slice(1)]).rounds(195, { beating: others });
    expect(step).toMatchObject({ kind: 'shut-out', as: 'held', story: { outcome: 'held' } });
  });

  test('of a node that was checked for the first time does not say later that it served', () => {
    const pool = watcher([record('i-1', { state: 'checking' }), ...four().slice(1)]);
    pool.rounds(140, { beating: others });
    pool.set(record('i-1'));
    const [notice] = noticesBy(pool.rounds(2, { beating: ['i-1', ...others] }));
    expect(notice?.text).toBe('i-1: its agent beats again, and it has passed its checks.');
  });

  test('ends in held where a human holds the node that did not return, however few serve', () => {
    const held = out('rebooting', { heldBy: 'ann' });
    const pool = watcher([held, ...four().slice(1)], { limits: { minServing: 4 } });
    const step = pool.rounds(16, { beating: others }).find(({ kind }) => kind !== 'look');
    expect(step).toMatchObject({ kind: 'shut-out', as: 'held', story: { outcome: 'held' } });
    if (step?.kind !== 'shut-out') throw new Error('nothing was shut out');
    const draft = draftOf(step, { leaderToken: 'leader-1', controller: 'c', settleMs: 1_000 }, viewOf([held]), 'c11');
    expect(draft.writes[0]).toMatchObject({ kind: 'put-node', node: { state: 'held', heldBy: 'ann' } });
  });

  test.each([
    ['left', { purpose: 'leave' }],
    ['held', { purpose: 'hold', heldBy: 'ann' }],
    ['held', { purpose: 'treat', heldBy: 'ann' }],
  ] as const)('ends in %s where a drain with %j is over', (as, part) => {
    const gone = out('draining', { drain: 'd1', ...part });
    const [step] = watcher([gone, ...four().slice(1)]).rounds(16, { beating: others });
    expect(step).toMatchObject({ kind: 'shut-out', as });
    if (step?.kind !== 'shut-out') throw new Error('nothing was shut out');
    const [write] = draftOf(
      step,
      { leaderToken: 'leader-1', controller: 'c', settleMs: 1_000 },
      viewOf([gone]),
      'c11',
    ).writes;
    expect(write).toMatchObject({ kind: 'put-node', node: { state: as } });
    for (const over of ['drain', 'purpose', 'stepDeadlineMs', 'incident'])
      expect(write).not.toHaveProperty(['node', over]);
  });
});

test('while the policy cannot be read no silent node is touched, and that is told once', () => {
  const garbage = [{ kind: 'garbage', key: 'dm:{web}:policy', because: 'not a policy', policyVersion: 3 }] as const;
  const pool = watcher(four());
  const steps = pool.rounds(90, { beating: others, asked: { 'i-1': dead }, view: { garbage } });
  expect(steps).toMatchObject([{ kind: 'tell', story: { incident: 'policy-unreadable-3' } }]);
  expect(lostBy(pool.round({ beating: others, asked: { 'i-1': dead } }))).toEqual(['i-1']);
});

describe('a router', () => {
  const routers = new Map([['r-1', { id: 'r-1', atMs: 0, version: 1, draining: {} }]]);

  test('that cannot be read is forgotten after ten minutes as well, counted from when it was first seen', () => {
    const garbage = [{ kind: 'garbage', key: 'dm:{web}:routers', field: 'r-2', because: 'not JSON' }] as const;
    const pool = watcher(four());
    const beating = ['i-1', ...others];
    expect(pool.rounds(700, { beating })).toEqual([]);
    expect(pool.rounds(600, { beating, view: { garbage } })).toEqual([]);
    expect(pool.round({ beating, view: { garbage } })).toMatchObject([{ kind: 'forget-router', router: 'r-2' }]);
    expect(pool.round({ beating })).toEqual([]);
  });

  test('is forgotten after ten minutes of watching, with a notice', () => {
    const pool = watcher(four());
    const beating = ['i-1', ...others];
    expect(pool.rounds(600, { beating, view: { routers } })).toEqual([]);
    const steps = pool.round({ beating, view: { routers } });
    expect(steps).toMatchObject([{ kind: 'forget-router', router: 'r-1', notice: { kind: 'router-forgotten' } }]);
  });
});

test('never takes more than half of any pool, nor fewer than minServing, whoever falls silent when', () => {
  const story = fc.record({
    size: fc.integer({ min: 1, max: 9 }),
    minServing: fc.integer({ min: 0, max: 4 }),
    // From which round on each node is silent; beyond the last round it never is.
    silentFrom: fc.array(fc.integer({ min: 0, max: 90 }), { minLength: 9, maxLength: 9 }),
  });
  fc.assert(
    fc.property(story, ({ size, minServing, silentFrom }) => {
      const ids = Array.from({ length: size }, (_, at) => `i-${at}`);
      const pool = watcher(
        ids.map((id) => record(id)),
        { limits: { minServing } },
      );
      const asked = Object.fromEntries(ids.map((id) => [id, dead]));
      for (let round = 0; round < 70; round += 1) {
        const beating = ids.filter((_, at) => (silentFrom[at] ?? 0) > round);
        const lost = lostBy(pool.round({ beating, asked }));
        expect(lost.length).toBeLessThanOrEqual(1);
        for (const id of lost) {
          expect(beating).not.toContain(id);
          pool.set(record(id, { state: 'lost' }));
        }
        if (lost.length === 0) continue;
        expect(pool.serving().length * 2).toBeGreaterThanOrEqual(size);
        expect(pool.serving().length).toBeGreaterThanOrEqual(minServing);
      }
    }),
    { numRuns: 60 },
  );
});

describe('a node whose agent beats and does not go on', () => {
  test('is paged where it is lost, beats again and is not let into its checks', () => {
    const pool = watcher([record('i-1', { state: 'lost', sinceMs: startMs - 600_000 }), ...four().slice(1)]);
    expect(pool.rounds(50, { beating: [...others, 'i-1'] })).toEqual([]);
    const steps = pool.rounds(20, { beating: [...others, 'i-1'] });
    expect(noticesBy(steps)).toMatchObject([
      { kind: 'stuck', urgency: 'page', text: expect.stringContaining('does not let it be checked') },
    ]);
  });

  test('is paged where it is lost and its agent beats every ten seconds only', () => {
    const pool = watcher([record('i-1', { state: 'lost', sinceMs: startMs - 600_000 }), ...four().slice(1)]);
    const tenSeconds = () => [
      ...pool.rounds(1, { beating: [...others, 'i-1'] }),
      ...pool.rounds(9, { beating: others }),
    ];
    const steps = Array.from({ length: 8 }, tenSeconds).flat();
    expect(noticesBy(steps)).toMatchObject([{ kind: 'stuck', urgency: 'page' }]);
  });

  const all = ['i-1', ...others];

  test.each(['checking', 'draining', 'rebooting'] as const)('in %s is paged once, and nobody acts', (state) => {
    const node = record('i-1', { state, sinceMs: startMs - 650_000, stepDeadlineMs: startMs - 50_000 });
    const steps = watcher([node, ...four().slice(1)]).rounds(60, { beating: all });
    expect(steps).toMatchObject([{ kind: 'tell', story: { step: `hung-${state}` } }]);
    expect(noticesBy(steps)).toMatchObject([{ kind: 'stuck', urgency: 'page' }]);
  });

  test('since it may not be quarantined is not told of again', () => {
    const because = 'its checks fail; only 1 nodes serve, so it is not quarantined and is checked again';
    const node = record('i-1', { state: 'checking', sinceMs: startMs - 900_000, because });
    expect(watcher([node, ...four().slice(1)]).rounds(60, { beating: all })).toEqual([]);
  });
});

test.each(['quarantined', 'held'] as const)('a node that waits for a human in %s is told of once a day', (state) => {
  const node = record('i-1', { state, sinceMs: startMs - 86_395_000 });
  const pool = watcher([node, ...four().slice(1)]);
  expect(pool.rounds(4, { beating: ['i-1', ...others] })).toEqual([]);
  expect(noticesBy(pool.rounds(60, { beating: ['i-1', ...others] }))).toMatchObject([{ kind: 'waiting' }]);
});
