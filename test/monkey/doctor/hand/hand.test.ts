import { describe, expect, test } from '@jest/globals';
import { applyPolicy } from '../../../../monkey/doctor/hand/apply-policy.ts';
import { drain } from '../../../../monkey/doctor/hand/drain.ts';
import { forget, leave } from '../../../../monkey/doctor/hand/leave.ts';
import { pause, resume } from '../../../../monkey/doctor/hand/lever.ts';
import { readmit } from '../../../../monkey/doctor/hand/readmit.ts';
import { ableHere, planFor } from '../../../../monkey/doctor/treatment/plan.ts';
import { rebootTimesSince } from '../../../../monkey/doctor/treatment/remedies.ts';
import type { NodeDraft } from '../../../../pool/commit.ts';
import type { Notice } from '../../../../pool/notice.ts';
import { type NodeState, nodeStates } from '../../../../pool/record.ts';
import { draftOf, put } from '../../../support/nodes.ts';
import { type PoolWith, poolWith } from '../../../support/pool-with.ts';
import { beatOf } from '../../../support/view.ts';

const order = { node: 'web-1', by: 'ann', because: 'new disk', force: false };
const two = { 'web-1': {}, 'web-2': {} };

/** What became of an order to a node in this state, where another one serves. */
const outcomeOf = async (
  hand: typeof drain,
  state: NodeState | 'enchanted',
  rest: Partial<NodeDraft> = {},
): Promise<readonly [string, string | undefined]> => {
  const pool = await poolWith(
    { 'web-1': { state, ...rest }, 'web-2': {}, 'web-3': {} },
    { limits: { out: { number: 3, share: '100%' } } },
  );
  const outcome = await pool.order(hand(order));
  const record = (await pool.view()).nodes.get('web-1');
  const said =
    outcome.kind === 'committed'
      ? outcome.draft.what
      : outcome.kind === 'nothing'
        ? String(outcome.detail?.['refusal'])
        : outcome.kind;
  return [said, record?.state];
};

const noticesOf = ({ server }: PoolWith): readonly Notice[] =>
  server.data.outbox.map(({ notice }) => JSON.parse(notice));

describe('drain', () => {
  test.each<readonly [NodeState, string, NodeState]>([
    ['serving', 'drained-by-hand', 'draining'],
    ['draining', 'hold-later', 'draining'],
    ['rebooting', 'hold-later', 'rebooting'],
    ['checking', 'hold-later', 'checking'],
    ['quarantined', 'held', 'held'],
    ['lost', 'held', 'held'],
    ['held', 'held', 'held'],
    ['left', 'left', 'left'],
  ])('of a %s node: %s, and it is %s', async (state, what, then) => {
    expect(await outcomeOf(drain, state)).toEqual([what, then]);
  });

  test('covers every state that there is', async () => {
    for (const state of nodeStates) expect((await outcomeOf(drain, state))[0]).not.toBe('undefined');
  });

  test('does nothing to a state of another version', async () => {
    expect(await outcomeOf(drain, 'enchanted')).toEqual(['unknown-state', 'enchanted']);
  });

  test('takes the node off the live list, remembers who holds it, and opens its story', async () => {
    const pool = await poolWith({ ...two, 'web-3': {} });
    await pool.order(drain(order));
    const view = await pool.view();
    expect(view.live).toEqual(['http://web-2.test:8080', 'http://web-3.test:8080']);
    expect(view.nodes.get('web-1')).toMatchObject({
      heldBy: 'ann',
      purpose: 'hold',
      because: 'by ann: new disk',
      drain: 'commit-2',
    });
    const [incident] = await pool.pool.incidents(1, { deadlineMs: 1_000 });
    expect(incident).toMatchObject({ node: 'web-1', entries: [{ step: 'draining', detail: { by: 'ann' } }] });
    expect(noticesOf(pool).at(-1)).toMatchObject({ kind: 'draining', incident: incident!.id });
  });

  test('is refused for the last serving node, and says which guard refused', async () => {
    const pool = await poolWith({ 'web-1': {}, 'web-2': { state: 'quarantined' } });
    const outcome = await pool.order(drain(order));
    expect(outcome).toMatchObject({
      kind: 'nothing',
      because: 'web-1 is not drained. min-serving: 0 other nodes serve, at least 1 must',
      detail: { refusal: 'vetoed', vetoes: [{ guard: 'min-serving' }] },
    });
  });

  test('counts a serving node whose agent is silent for nothing', async () => {
    const pool = await poolWith(two);
    pool.server.data.seen.delete('web-2');
    expect(await pool.order(drain(order))).toMatchObject({ kind: 'nothing', detail: { refusal: 'vetoed' } });
  });

  test('is refused where enough are out already', async () => {
    const pool = await poolWith({ ...two, 'web-3': { state: 'rebooting' } });
    expect(await pool.order(drain(order))).toMatchObject({ detail: { vetoes: [{ guard: 'out-at-once' }] } });
  });

  test('is refused where the others could not carry it, and only by force, which is recorded', async () => {
    const pool = await poolWith({ ...two, 'web-3': {} });
    for (const id of ['web-2', 'web-3'])
      await pool.pool.beat(beatOf({ id, session: `session-of-${id}` }, { share: 0.8 }), { deadlineMs: 1_000 });
    expect(await pool.order(drain(order))).toMatchObject({ detail: { vetoes: [{ guard: 'forecast' }] } });
    await pool.order(drain({ ...order, force: true }));
    const [incident] = await pool.pool.incidents(1, { deadlineMs: 1_000 });
    expect(incident!.entries[0]!.detail).toEqual({ by: 'ann', forced: ['forecast'] });
  });

  test('is refused by no guard that asks whether a machine may treat it', async () => {
    const pool = await poolWith({ ...two, 'web-1': { treatmentTimes: [Date.now()] } });
    await pool.order(pause({ by: 'bob', because: 'a release', force: false }));
    expect(await pool.order(drain(order))).toMatchObject({ kind: 'committed' });
  });

  test('by force passes over the guards, and the story and the notice say so', async () => {
    const pool = await poolWith({ 'web-1': {} });
    expect(await pool.order(drain({ ...order, force: true }))).toMatchObject({ kind: 'committed' });
    const [incident] = await pool.pool.incidents(1, { deadlineMs: 1_000 });
    expect(incident!.entries[0]!.detail).toEqual({ by: 'ann', forced: ['min-serving'] });
    expect(noticesOf(pool).at(-1)!.text).toBe(
      'web-1 is being taken out of the pool by ann: new disk, against min-serving: 0 other nodes serve, at least 1 must.',
    );
  });

  test('of a held node names who holds it', async () => {
    const pool = await poolWith({ ...two, 'web-1': { state: 'held', heldBy: 'bob' } });
    expect(await pool.order(drain(order))).toMatchObject({ because: 'web-1 is held by bob already' });
  });

  test('of an unknown node names those that there are', async () => {
    const pool = await poolWith(two);
    expect(await pool.order(drain({ ...order, node: 'web-9' }))).toMatchObject({
      because: 'no node web-9; did you mean web-1 or web-2?',
      detail: { refusal: 'unknown-node' },
    });
  });
});

describe('readmit', () => {
  test.each<readonly [NodeState, string, NodeState]>([
    ['held', 'readmitted', 'checking'],
    ['quarantined', 'readmitted', 'checking'],
    ['left', 'readmitted', 'checking'],
    ['serving', 'serving', 'serving'],
    ['lost', 'lost', 'lost'],
    ['checking', 'under-way', 'checking'],
    ['rebooting', 'under-way', 'rebooting'],
    ['draining', 'under-way', 'draining'],
  ])('of a %s node: %s, and it is %s', async (state, what, then) => {
    expect(await outcomeOf(readmit, state)).toEqual([what, then]);
  });

  test('begins the ladder anew: a human has looked; budgets count what was begun all the same', async () => {
    const remedies = [{ remedy: 'reboot', finding: 'cpu', atMs: Date.now() - 60_000 }] as const;
    const pool = await poolWith({ ...two, 'web-1': { state: 'quarantined', remedies } });
    await pool.order(readmit(order));
    const record = (await pool.view()).nodes.get('web-1')!;
    expect(record.remedies).toEqual(remedies);
    const nowMs = record.readmittedMs! + 1_000;
    const means = { nowMs, skipMs: 86_400_000, able: ableHere({ kind: 'able' }) };
    expect(planFor('cpu', record, means)).toMatchObject({ kind: 'remedy', remedy: 'reboot', skipped: [] });
    expect(rebootTimesSince(record, 0)).toHaveLength(1);
  });

  test.each([
    ['readmitted', []],
    ['held first, and then readmitted', [drain]],
  ] as const)('ends the page of a node that was quarantined: %s', async (_, before) => {
    const page = { id: 'n1', kind: 'quarantined', urgency: 'page', text: 'web-1', incident: 'inc-7' } as const;
    const pool = await poolWith(two);
    await pool.order(() => ({
      kind: 'commit',
      draft: draftOf([put('web-1', { state: 'quarantined', incident: 'inc-7' })], { notices: [page] }),
    }));
    for (const hand of [...before, readmit]) await pool.order(hand(order));
    const pages = pool.server.data.pages.map(({ notice }) => JSON.parse(notice));
    expect(pages).toMatchObject([{ id: 'n1' }, { kind: 'all-clear', incident: 'inc-7' }]);
    expect((await pool.view()).nodes.get('web-1')).not.toHaveProperty('incident');
  });

  test('takes back a hold that has not taken effect', async () => {
    const pool = await poolWith({ ...two, 'web-1': { state: 'rebooting', heldBy: 'bob' } });
    expect(await pool.order(readmit(order))).toMatchObject({ draft: { what: 'hold-taken-back' } });
    expect((await pool.view()).nodes.get('web-1')).not.toHaveProperty('heldBy');
  });

  test('of a node that is being drained for a hold has it checked', async () => {
    expect(await outcomeOf(readmit, 'draining', { purpose: 'hold', heldBy: 'bob' })).toEqual([
      'readmitted',
      'checking',
    ]);
  });

  test('puts nothing on the live list by itself, and forgets relapses and load', async () => {
    const pool = await poolWith({ ...two, 'web-1': { state: 'quarantined', relapses: 3, busy: 2 } });
    await pool.order(readmit(order));
    const view = await pool.view();
    expect(view.live).toEqual(['http://web-2.test:8080']);
    expect(view.nodes.get('web-1')).toMatchObject({ relapses: 0, because: 'readmitted by ann: new disk' });
    expect(view.nodes.get('web-1')).not.toHaveProperty('busy');
  });
});

describe('leave', () => {
  test.each<readonly [NodeState, string, NodeState]>([
    ['serving', 'leaving', 'draining'],
    ['draining', 'leaving', 'draining'],
    ['held', 'left', 'left'],
    ['quarantined', 'left', 'left'],
    ['lost', 'left', 'left'],
    ['checking', 'left', 'left'],
    ['rebooting', 'rebooting', 'rebooting'],
    ['left', 'left', 'left'],
  ])('of a %s node: %s, and it is %s', async (state, what, then) => {
    expect(await outcomeOf(leave, state)).toEqual([what, then]);
  });

  test('is refused for the last serving node', async () => {
    const pool = await poolWith({ 'web-1': {} });
    expect(await pool.order(leave(order))).toMatchObject({ detail: { refusal: 'vetoed' } });
    expect(await pool.order(leave({ ...order, force: true }))).toMatchObject({ draft: { what: 'leaving' } });
  });

  test('turns a treatment into a farewell, so that nothing is rebooted any more', async () => {
    const pool = await poolWith({ ...two, 'web-1': { state: 'draining', purpose: 'treat', incident: 'inc-1' } });
    await pool.order(leave(order));
    expect((await pool.view()).nodes.get('web-1')).toMatchObject({ state: 'draining', purpose: 'leave' });
  });

  test.each([
    ['a drain to leave', { state: 'draining', purpose: 'leave', drain: 'd1', stepDeadlineMs: 1 }],
    ['a treatment', { state: 'draining', purpose: 'treat', drain: 'd1', stepDeadlineMs: 1 }],
  ] as const)('takes a node out at once whose step, %s, is overdue', async (_, part) => {
    const pool = await poolWith({ ...two, 'web-1': part });
    expect(await pool.order(leave(order))).toMatchObject({ draft: { what: 'left' } });
    const record = (await pool.view()).nodes.get('web-1');
    expect(record).toMatchObject({ state: 'left' });
    for (const over of ['drain', 'purpose', 'stepDeadlineMs']) expect(record).not.toHaveProperty(over);
    expect(await pool.order(forget(order))).toMatchObject({ draft: { what: 'forgotten' } });
  });

  test('takes a node out that did not return from its reboot, once it is silent', async () => {
    const pool = await poolWith({ ...two, 'web-1': { state: 'rebooting', sinceMs: 1 } });
    expect(await pool.order(leave(order))).toMatchObject({ detail: { refusal: 'rebooting' } });
    const now = pool.server.now;
    Object.assign(pool.server, { now: () => now() + 60_000 });
    expect(await pool.order(leave(order))).toMatchObject({ draft: { what: 'left' } });
  });

  test('and forget drops the record, of one that has left only', async () => {
    const pool = await poolWith(two);
    expect(await pool.order(forget(order))).toMatchObject({ detail: { refusal: 'not-left' } });
    const gone = await poolWith({ ...two, 'web-1': { state: 'left' } });
    await gone.order(forget(order));
    expect([...(await gone.view()).nodes.keys()]).toEqual(['web-2']);
  });

  test("and forget gives the pool's hourly budget no reboot back, not by force either", async () => {
    const gone = await poolWith({ ...two, 'web-1': { state: 'left' } });
    const rebooted = { remedy: 'reboot', finding: 'cpu', atMs: gone.server.now() } as const;
    const left = put('web-1', { state: 'left', remedies: [rebooted] });
    await gone.order(() => ({ kind: 'commit', draft: draftOf([left]) }));
    expect(await gone.order(forget(order))).toMatchObject({
      because: expect.stringMatching(
        /was rebooted \S+ ago, which the pool's budget counts for 1h; it can be forgotten in /,
      ),
      detail: { refusal: 'counted' },
    });
    const now = gone.server.now;
    Object.assign(gone.server, { now: () => now() + 3_600_000 });
    expect(await gone.order(forget(order))).toMatchObject({ draft: { what: 'forgotten' } });
  });
});

describe('pause and resume', () => {
  const pulled = { by: 'ann', because: 'a release', force: false };

  test('pull the lever and let it go', async () => {
    const pool = await poolWith(two);
    await pool.order(pause({ ...pulled, forMs: 60_000 }));
    const { lever } = await pool.view();
    expect(lever).toMatchObject({ by: 'ann', because: 'a release' });
    expect(lever!.untilMs! - lever!.sinceMs).toBe(60_000);
    expect(await pool.order(resume({ by: 'bob' }))).toMatchObject({ draft: { what: 'resumed' } });
    expect((await pool.view()).lever).toBe(undefined);
  });

  test("do not take another's pause away unasked", async () => {
    const pool = await poolWith(two);
    await pool.order(pause(pulled));
    expect(await pool.order(pause({ ...pulled, by: 'bob' }))).toMatchObject({
      because: 'paused already by ann: a release; resume first, or take over with --force',
    });
    await pool.order(pause({ ...pulled, by: 'bob', force: true }));
    expect((await pool.view()).lever).toMatchObject({ by: 'bob' });
  });

  test('know a pause that has ended by itself', async () => {
    const pool = await poolWith(two);
    const past = Date.now() - 1_000;
    await pool.order(() => ({
      kind: 'commit',
      draft: {
        what: 'x',
        expect: [],
        writes: [{ kind: 'pull-lever', lever: { ...pulled, sinceMs: past - 1, untilMs: past } }],
        notices: [],
        durable: false,
      },
    }));
    expect(await pool.order(resume({ by: 'bob' }))).toMatchObject({ because: 'nothing is paused' });
    expect(await pool.order(pause(pulled))).toMatchObject({ kind: 'committed' });
  });

  test('refuse a time that has passed', async () => {
    const pool = await poolWith(two);
    const outcome = await pool.order(pause({ ...pulled, untilMs: Date.now() - 3_600_000 }));
    expect(outcome).toMatchObject({ kind: 'nothing', detail: { refusal: 'past' } });
  });
});

test('a node is not taken out by default limits while the policy cannot be read, unless by force', async () => {
  const pool = await poolWith({ 'web-1': {}, 'web-2': {}, 'web-3': {} }, {});
  pool.server.data.policy.set('source', 'garbage');
  expect(await pool.order(drain(order))).toMatchObject({ kind: 'nothing', detail: { refusal: 'vetoed' } });
  expect(await pool.order(drain({ ...order, force: true }))).toMatchObject({ kind: 'committed' });
});

describe('apply a policy', () => {
  const source = { limits: { minServing: 2 } };

  test('replaces what stands, and says by whom', async () => {
    const pool = await poolWith(two, { limits: { minServing: 1 } });
    await pool.order(applyPolicy({ by: 'ann', source }));
    expect((await pool.view()).policy).toMatchObject({
      version: 2,
      by: 'ann',
      source,
      policy: { limits: { minServing: 2 } },
    });
  });

  test.each([
    ['with a key of a newer version', 'source', '{"tomorrow":1}', 2],
    ['that is no JSON', 'source', 'garbage', 2],
    ['whose version is garbage', 'version', 'garbage', 1],
  ])('repairs a policy that cannot be read: one %s', async (_name, field, garbage, version) => {
    const pool = await poolWith(two, { limits: { minServing: 1 } });
    pool.server.data.policy.set(field, garbage);
    expect((await pool.view()).policy).toBeUndefined();
    expect(await pool.order(applyPolicy({ by: 'ann', source }))).toMatchObject({ kind: 'committed' });
    expect((await pool.view()).policy).toMatchObject({ version, source });
  });

  test('is refused where the same stands, or another than was seen', async () => {
    const pool = await poolWith(two, source);
    expect(await pool.order(applyPolicy({ by: 'ann', source }))).toMatchObject({ detail: { refusal: 'same' } });
    expect(await pool.order(applyPolicy({ by: 'ann', source: {}, onVersion: 0 }))).toMatchObject({
      because: "the pool's policy is version 1, not 0; look at it first",
    });
  });
});
