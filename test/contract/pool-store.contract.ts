import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { buildCommit } from '../../pool/build-commit.ts';
import { systemClock } from '../../pool/clock.ts';
import type { CommitResult, Expectation, Write } from '../../pool/commit.ts';
import type { CommitDraft } from '../../pool/decision.ts';
import type { Notice } from '../../pool/notice.ts';
import { tokenOf } from '../../pool/record.ts';
import { PoolAway, type PoolStore } from '../../pool/store.ts';
import { draftOf, put } from '../support/nodes.ts';

export const limits = { deadlineMs: 20_000 };

/** What the suite needs of whoever keeps the pool: a new, empty pool for each test, and clients of it. */
export interface PoolHarness {
  /** Before each test: everything there was is gone. */
  empty(): Promise<void>;
  open(): PoolStore;
  /** Breaks the connections of all clients; they may be made anew at once. */
  breakConnections(): Promise<void>;
  stop(): Promise<void>;
}

/** Every PoolStore keeps this contract. */
export const poolStoreContract = (name: string, start: () => Promise<PoolHarness>): void => {
  describe(`${name} keeps the contract of a pool store`, () => {
    let harness: PoolHarness;
    let stores: PoolStore[];
    let store: PoolStore;
    let ids = 0;
    const open = (): PoolStore => {
      const opened = harness.open();
      stores.push(opened);
      return opened;
    };
    const newId = (): string => {
      ids += 1;
      return `commit-${ids}`;
    };
    /** Decides from a fresh view and commits. */
    const apply = async (
      writes: readonly Write[],
      rest: Partial<CommitDraft> = {},
      id = newId(),
    ): Promise<CommitResult> => {
      const view = await store.view(limits);
      return store.commit(buildCommit(view, draftOf(writes, rest), id), limits);
    };
    const applied = async (writes: readonly Write[], rest: Partial<CommitDraft> = {}, id = newId()) => {
      const result = await apply(writes, rest, id);
      if (result.kind !== 'committed') throw new Error(`not committed: ${JSON.stringify(result)}`);
      return { ...result, id };
    };
    const live = async (): Promise<readonly string[]> => [...(await store.view(limits)).live].sort();

    beforeAll(async () => {
      harness = await start();
    });
    beforeEach(async () => {
      await harness.empty();
      stores = [];
      store = open();
    });
    afterEach(() => Promise.all(stores.map((opened) => opened.close())));
    afterAll(() => harness.stop());

    describe('a profile that is asked of a node', () => {
      const order = { id: 'order-1', by: 'ann', seconds: 5, hz: 200 };
      const beat = (node: string) => store.beat({ node, session: 's', vitals: {} }, limits);

      test('is heard with its beat until it is answered, and one at a time', async () => {
        await applied([put('i-1'), put('i-2')]);
        expect((await beat('i-1')).profile).toBeUndefined();
        expect(await store.askProfile('i-1', order, 60_000, limits)).toBe('asked');
        expect(await store.askProfile('i-1', { ...order, id: 'order-2' }, 60_000, limits)).toBe('busy');
        expect((await beat('i-1')).profile).toEqual(order);
        expect((await beat('i-2')).profile).toBeUndefined();
        expect(await store.profileAnswer('order-1', limits)).toBeUndefined();
        await store.answerProfile('i-1', 'order-1', 'the answer', limits);
        expect(await store.profileAnswer('order-1', limits)).toBe('the answer');
        expect((await beat('i-1')).profile).toBeUndefined();
        expect(await store.askProfile('i-1', { ...order, id: 'order-2' }, 60_000, limits)).toBe('asked');
      });

      test('is not heard any more once it is over, and another may be asked', async () => {
        await applied([put('i-1')]);
        expect(await store.askProfile('i-1', order, 0, limits)).toBe('asked');
        expect((await beat('i-1')).profile).toBeUndefined();
        expect(await store.askProfile('i-1', { ...order, id: 'order-2' }, 60_000, limits)).toBe('asked');
      });

      test('is refused where the node is unknown', async () => {
        expect(await store.askProfile('nobody', order, 60_000, limits)).toBe('unknown-node');
      });
    });

    describe('a pool never written to', () => {
      test('is empty and has no epoch', async () => {
        const view = await store.view(limits);
        expect(view).toMatchObject({
          epoch: undefined,
          version: 0,
          head: '',
          admissionVersion: 0,
          live: [],
          garbage: [],
        });
        expect(view.nodes.size).toBe(0);
        expect([view.lever, view.leader, view.policy]).toEqual([undefined, undefined, undefined]);
      });

      test('takes the id of its first commit as its epoch', async () => {
        const { id } = await applied([put('a')]);
        await applied([put('b')]);
        expect((await store.view(limits)).epoch).toBe(id);
      });
    });

    describe('a commit', () => {
      test('stamps the record with its version and id, and keeps the rest as it was written', async () => {
        const because = 'quotes " \\ and \u2028 and 猫 and a half \ud83d pair';
        const { version, id } = await applied([
          put('a', { because, weight: 0.25, treatmentTimes: [1, 1_700_000_000_000] }),
        ]);
        const record = (await store.view(limits)).nodes.get('a');
        expect(record).toMatchObject({ version, commit: id, weight: 0.25, treatmentTimes: [1, 1_700_000_000_000] });
        expect(record?.because).toBe(because.replace('\ud83d', '\ufffd'));
        await applied([put('a')], { expect: [{ kind: 'node', node: 'a', token: tokenOf({ version, commit: id }) }] });
      });

      test('ignores stamps that the decider has left in the record', async () => {
        await applied([put('a')]);
        const record = (await store.view(limits)).nodes.get('a')!;
        const { version, id } = await applied([{ kind: 'put-node', node: { ...record, because: 'again' } }]);
        expect((await store.view(limits)).nodes.get('a')).toEqual({ ...record, because: 'again', version, commit: id });
      });

      test('makes version grow by one, and names itself head', async () => {
        const first = await applied([put('a')]);
        const second = await applied([put('b')]);
        expect([first.version, second.version]).toEqual([1, 2]);
        expect(await store.view(limits)).toMatchObject({ version: 2, head: second.id });
      });

      test('is applied at most once: the same id again changes nothing and tells the version it got', async () => {
        const view = await store.view(limits);
        const commit = buildCommit(view, draftOf([put('a')], { notices: [notice('n')] }), 'twice');
        expect(await store.commit(commit, limits)).toMatchObject({ kind: 'committed', version: 1 });
        await applied([put('a', { because: 'later' })]);
        expect(await store.commit(commit, limits)).toMatchObject({ kind: 'committed', version: 1 });
        expect((await store.view(limits)).version).toBe(2);
        expect((await store.view(limits)).nodes.get('a')?.because).toBe('later');
        expect((await store.outboxCounts(limits)).written).toBe(1);
      });

      test('that forgets a node forgets its beat and its vitals too', async () => {
        await applied([put('a')]);
        await store.beat({ node: 'a', session: 's', vitals: { load: 1 } }, limits);
        await applied([{ kind: 'remove-node', node: 'a' }]);
        const view = await store.view(limits);
        expect([view.nodes.size, view.seen.size, view.beats.size, view.live.length]).toEqual([0, 0, 0, 0]);
        expect((await store.beats(undefined, limits)).beats.size).toBe(0);
      });

      test('moves admissionVersion when told to, and only then', async () => {
        await applied([put('a')]);
        await applied([put('a', { because: 'still serving' })]);
        expect((await store.view(limits)).admissionVersion).toBe(0);
        await applied([put('a', { state: 'draining', drain: 'd' })]);
        expect((await store.view(limits)).admissionVersion).toBe(1);
      });
    });

    describe('what a commit expects', () => {
      const refuses = async (
        expected: Expectation,
        because: RegExp,
        prepare: () => Promise<unknown>,
      ): Promise<void> => {
        await prepare();
        const before = await store.view(limits);
        const draft = draftOf([put('new'), { kind: 'pull-lever', lever: lever({}) }], {
          expect: [expected],
          notices: [notice('n')],
        });
        const result = await store.commit(buildCommit(before, draft, newId()), limits);
        expect(result).toEqual({ kind: 'conflict', because: expect.stringMatching(because) });
        const after = await store.view(limits);
        expect({ ...after, nowMs: 0, readAtMs: 0 }).toEqual({ ...before, nowMs: 0, readAtMs: 0 });
        expect((await store.outboxCounts(limits)).written).toBe(0);
        expect(await store.events(before.version, 1, limits)).toEqual([]);
      };

      test('another epoch is refused whole', async () => {
        await applied([put('a')]);
        const view = await store.view(limits);
        const commit = buildCommit({ ...view, epoch: 'of-another-life' }, draftOf([put('b')]), newId());
        expect(await store.commit(commit, limits)).toEqual({
          kind: 'conflict',
          because: expect.stringMatching(/^epoch:/),
        });
        const unborn = buildCommit({ ...view, epoch: undefined }, draftOf([put('b')]), newId());
        expect(await store.commit(unborn, limits)).toEqual({
          kind: 'conflict',
          because: expect.stringMatching(/^epoch:/),
        });
        expect((await store.view(limits)).nodes.size).toBe(1);
      });
      test('a node that has changed is refused whole', () =>
        refuses({ kind: 'node', node: 'a', token: '1:something-else' }, /^node a:/, () => applied([put('a')])));
      test('a node that should be absent and is there is refused whole', () =>
        refuses({ kind: 'node', node: 'a', token: undefined }, /^node a: absent is now/, () => applied([put('a')])));
      test('a node that should be there and is absent is refused whole', () =>
        refuses({ kind: 'node', node: 'b', token: '1:x' }, /^node b: 1:x is now absent/, () => applied([put('a')])));
      test('another admission version is refused whole', () =>
        refuses({ kind: 'admission', admissionVersion: 7 }, /^admission: 7 is now 0/, () => applied([put('a')])));
      test('a pulled lever is refused whole', () =>
        refuses({ kind: 'lever-free' }, /^lever/, () => applied([{ kind: 'pull-lever', lever: lever({}) }])));
      test('a decision that is too old by the time of the store is refused whole', () =>
        refuses({ kind: 'fresh', untilMs: 1_000 }, /^fresh: it was decided too long ago/, async () => undefined));
      test('what was decided from a view read over five seconds ago by the monotonic clock is not sent, whatever Redis TIME says', async () => {
        await applied([put('a')]);
        const view = await store.view(limits);
        const commit = buildCommit({ ...view, readAtMs: view.readAtMs - 5_001 }, draftOf([put('b')]), newId());
        expect(await store.commit(commit, limits)).toEqual({
          kind: 'conflict',
          because: expect.stringMatching(/^fresh: it was decided from a view read \d+ ms ago, not sent/),
        });
        expect((await store.view(limits)).nodes.size).toBe(1);
        // It was not given up, only not sent: the same id may be decided again.
        const again = buildCommit(await store.view(limits), draftOf([put('b')]), commit.id);
        expect((await store.commit(again, limits)).kind).toBe('committed');
      });
      test('a view says by the monotonic clock when its reading began', async () => {
        const before = await store.view(limits);
        const after = await store.view(limits);
        expect(after.readAtMs).toBeGreaterThanOrEqual(before.readAtMs);
        expect(after.readAtMs - before.readAtMs).toBeLessThan(60_000);
      });
      test('a lease of another token is refused whole', () =>
        refuses({ kind: 'leader', token: 'mine' }, /^leader/, () =>
          store.lease({ holder: 'c', token: 'theirs', forMs: 60_000 }, limits),
        ));
      test('no lease at all is refused whole', () =>
        refuses({ kind: 'leader', token: 'mine' }, /^leader/, async () => undefined));
      test('a lease that ran out is refused whole', () =>
        refuses({ kind: 'leader', token: 'mine' }, /^leader/, () =>
          applied([{ kind: 'put-lease', lease: { holder: 'c', token: 'mine', untilMs: 1 } }]),
        ));
      test('another policy version is refused whole', () =>
        refuses({ kind: 'policy', version: 0 }, /^policy: 0 is now 1/, () =>
          applied([{ kind: 'put-policy', source: {}, by: 'me' }]),
        ));

      test('what stands is let through, all kinds at once', async () => {
        await applied([put('a'), { kind: 'put-policy', source: { slowStart: '1s' }, by: 'me' }]);
        await store.lease({ holder: 'c', token: 'mine', forMs: 60_000 }, limits);
        const view = await store.view(limits);
        await applied([put('a', { state: 'held', heldBy: 'me' })], {
          expect: [
            { kind: 'node', node: 'a', token: tokenOf(view.nodes.get('a')!) },
            { kind: 'node', node: 'nobody', token: undefined },
            { kind: 'admission', admissionVersion: view.admissionVersion },
            { kind: 'lever-free' },
            { kind: 'fresh', untilMs: view.nowMs + 5_000 },
            { kind: 'leader', token: 'mine' },
            { kind: 'policy', version: 1 },
          ],
        });
      });

      test('of two commits on the same record exactly one wins', async () => {
        await applied([put('a')]);
        const view = await store.view(limits);
        const others = [store, open(), open(), open()];
        const results = await Promise.all(
          others.map((other, index) =>
            other.commit(buildCommit(view, draftOf([put('a', { because: `by ${index}` })]), newId()), limits),
          ),
        );
        expect(results.map(({ kind }) => kind).sort()).toEqual(['committed', 'conflict', 'conflict', 'conflict']);
        const winner = results.findIndex(({ kind }) => kind === 'committed');
        expect((await store.view(limits)).nodes.get('a')?.because).toBe(`by ${winner}`);
      });
    });

    describe('the live list', () => {
      test('holds the URLs of serving nodes, each once, after every commit', async () => {
        await applied([put('a'), put('b', { state: 'checking' })]);
        expect(await live()).toEqual(['http://a.test:8080']);
        await applied([put('a', { because: 'again' }), put('b')]);
        expect(await live()).toEqual(['http://a.test:8080', 'http://b.test:8080']);
        await applied([put('a', { state: 'draining', drain: 'd' })]);
        expect(await live()).toEqual(['http://b.test:8080']);
        await applied([put('b', { url: 'http://moved.test' })]);
        expect(await live()).toEqual(['http://moved.test']);
        await applied([{ kind: 'remove-node', node: 'b' }]);
        expect(await live()).toEqual([]);
      });

      test('keeps a URL that passes to another node in one commit', async () => {
        await applied([put('old', { url: 'http://shared.test' })]);
        await applied([{ kind: 'remove-node', node: 'old' }, put('new', { url: 'http://shared.test' })]);
        expect(await live()).toEqual(['http://shared.test']);
      });
    });

    describe('the event stream', () => {
      test('tells each commit once, in order, each naming the one before it', async () => {
        const first = await applied([put('a')], { what: 'joined' });
        const second = await applied([
          put('a', { state: 'held', heldBy: 'me' }),
          { kind: 'pull-lever', lever: lever({}) },
        ]);
        const third = await applied([
          { kind: 'remove-node', node: 'a' },
          { kind: 'free-lever' },
          { kind: 'put-policy', source: {}, by: 'me' },
        ]);
        const events = await store.events(0, 1, limits);
        const at = (version: number, commit: string, previous: string) => ({
          version,
          commit,
          previous,
          epoch: first.id,
        });
        expect(events).toEqual([
          {
            ...at(1, first.id, ''),
            what: 'joined',
            atMs: first.atMs,
            nodes: { a: expect.objectContaining({ state: 'serving', version: 1, commit: first.id }) },
          },
          {
            ...at(2, second.id, first.id),
            what: 'tested',
            atMs: second.atMs,
            lever: lever({}),
            nodes: { a: expect.objectContaining({ state: 'held' }) },
          },
          {
            ...at(3, third.id, second.id),
            what: 'tested',
            atMs: third.atMs,
            lever: null,
            policyVersion: 1,
            nodes: { a: null },
          },
        ]);
        expect(await store.events(2, 1, limits)).toEqual(events.slice(2));
      });

      test('is waited for: a commit wakes the reader', async () => {
        const reader = open();
        await reader.events(0, 1, limits);
        const reading = reader.events(0, 4_000, limits);
        const { id } = await applied([put('a')]);
        expect((await reading).map(({ commit }) => commit)).toEqual([id]);
      });

      test('ends with nothing when nothing came in time', async () => {
        expect(await store.events(0, 5, limits)).toEqual([]);
      });

      test('ends with nothing when the signal aborts, and the next reading works', async () => {
        const stop = new AbortController();
        const reading = store.events(0, 4_000, { ...limits, signal: stop.signal });
        stop.abort();
        expect(await reading).toEqual([]);
        expect(await store.events(0, 1, { ...limits, signal: stop.signal })).toEqual([]);
        await applied([put('a')]);
        expect(await store.events(0, 100, limits)).toHaveLength(1);
      });

      test('says so when the connection breaks while it is read', async () => {
        await store.events(0, 1, limits);
        const reading = store.events(0, 4_000, limits);
        const outcome = expect(reading).rejects.toThrow(PoolAway);
        await systemClock.sleep(20);
        await harness.breakConnections();
        await outcome;
      });

      test('says so when the connection was made anew between two readings', async () => {
        await store.events(0, 1, limits);
        await harness.breakConnections();
        await store.view(limits).catch(() => undefined);
        await expect(store.events(0, 1, limits)).rejects.toThrow(PoolAway);
        await applied([put('a')]);
        expect(await store.events(0, 100, limits)).toHaveLength(1);
      });
    });

    describe('beats', () => {
      test('are seen with the vitals, and answer with what an idle agent needs', async () => {
        const { id } = await applied([put('a'), { kind: 'pull-lever', lever: lever({}) }]);
        const beat = { node: 'a', session: 's1', vitals: { cpu: 0.5 } };
        expect((await store.beats(undefined, limits)).beats.size).toBe(0);
        const answer = await store.beat(beat, limits);
        const view = await store.view(limits);
        expect(answer).toMatchObject({ epoch: id, admissionVersion: 1, record: view.nodes.get('a'), lever: lever({}) });
        expect(view.seen.get('a')).toBe(answer.nowMs);
        expect((await store.beats(['a', 'x'], limits)).beats).toEqual(new Map([['a', beat]]));
        expect((await store.beats(undefined, limits)).beats).toEqual(new Map([['a', beat]]));
        expect(view.version).toBe(1);
      });

      test('are seen in a view as what guards read of them', async () => {
        await applied([put('a'), put('b')]);
        const cpu = { kind: 'measured', share: 0.25, source: 'host', overMs: 1_000 };
        const finding = { kind: 'sick', finding: 'cpu', because: 'CPU 99%' };
        await store.beat({ node: 'a', session: 's1', vitals: { vitals: { cpu }, finding, mode: 'act' } }, limits);
        await store.beat({ node: 'b', session: 's2', vitals: { vitals: { cpu: 'none' }, finding: 7 } }, limits);
        const { beats } = await store.view(limits);
        expect([...beats.keys()].sort()).toEqual(['a', 'b']);
        expect(beats.get('a')).toEqual({
          ...{ node: 'a', session: 's1' },
          vitals: {
            vitals: { cpu: { kind: 'measured', share: 0.25 } },
            finding: { kind: 'sick', finding: 'cpu' },
            mode: 'act',
          },
        });
        expect(beats.get('b')).toEqual({ node: 'b', session: 's2', vitals: { vitals: { cpu: null } } });
      });

      test('of a node that is not in the pool leave no trace', async () => {
        expect(await store.beat({ node: 'x', session: 's', vitals: {} }, limits)).toMatchObject({
          record: undefined,
          epoch: undefined,
        });
        const view = await store.view(limits);
        expect([view.seen.size, view.beats.size]).toEqual([0, 0]);
      });
    });

    describe('routers', () => {
      test('report, are seen with the time of the store, and are forgotten by themselves or by a commit', async () => {
        const requests = { 'web-1': 2.5 };
        await store.reportRouter({ id: 'r1', version: 4, draining: { d: 2 }, requests }, limits);
        await store.reportRouter({ id: 'r2', version: 5, draining: {} }, limits);
        const { routers, nowMs } = await store.view(limits);
        const report = routers.get('r1');
        expect(report).toEqual({ id: 'r1', version: 4, draining: { d: 2 }, requests, atMs: report?.atMs });
        expect(Math.abs((report?.atMs ?? 0) - nowMs)).toBeLessThan(60_000);
        await store.forgetRouter('r1', limits);
        await applied([{ kind: 'forget-router', router: 'r2' }]);
        expect((await store.view(limits)).routers.size).toBe(0);
      });
    });

    describe('the lease', () => {
      test('says whether its holder acts', async () => {
        await store.lease({ holder: 'c', token: 't', forMs: 60_000, mode: 'observe' }, limits);
        expect((await store.view(limits)).leader).toMatchObject({ holder: 'c', mode: 'observe' });
      });
      test('says why its notices wait for as long as they do', async () => {
        const trouble = 'Slack: "invalid_auth" \ud800 said it';
        await store.lease({ holder: 'c', token: 't', forMs: 60_000, trouble }, limits);
        expect((await store.view(limits)).leader).toMatchObject({ trouble: 'Slack: "invalid_auth" \ufffd said it' });
        await store.lease({ holder: 'c', token: 't', forMs: 60_000 }, limits);
        expect((await store.view(limits)).leader).not.toHaveProperty('trouble');
      });
      const want = (token: string, forMs = 60_000) => store.lease({ holder: `of ${token}`, token, forMs }, limits);

      test('is of the first who asks, and renewed by it alone', async () => {
        const first = await want('one', 10_000);
        expect(first).toMatchObject({ holder: 'of one', token: 'one' });
        expect(await want('two')).toEqual(first);
        const renewed = await want('one');
        expect(renewed.untilMs).toBeGreaterThan(first.untilMs);
        expect((await store.view(limits)).leader).toEqual(renewed);
      });

      test('passes on once it has run out', async () => {
        await want('one', 1);
        await systemClock.sleep(5);
        expect((await store.view(limits)).leader).toBeUndefined();
        expect(await want('two')).toMatchObject({ token: 'two' });
      });

      test('is let go by its holder only', async () => {
        await want('one');
        await store.releaseLease('two', limits);
        expect((await store.view(limits)).leader?.token).toBe('one');
        await store.releaseLease('one', limits);
        expect((await store.view(limits)).leader).toBeUndefined();
      });

      test('fences: who has lost it commits nothing and delivers nothing', async () => {
        await applied([put('a')], { notices: [notice('n')] });
        await want('old', 1);
        await systemClock.sleep(5);
        await want('new');
        const [waiting] = await store.outbox(1, limits);
        expect(await apply([put('b')], { expect: [{ kind: 'leader', token: 'old' }] })).toMatchObject({
          kind: 'conflict',
        });
        expect(await store.attempt([waiting!.entry], 'l', 'old', limits)).toBe('not-leader');
        expect(await store.delivered([waiting!.entry], { incident: 'i', ts: '1' }, 'old', limits)).toBe('not-leader');
        expect(await store.thread('i', limits)).toBeUndefined();
        expect(await store.outbox(1, limits)).toEqual([waiting]);
        expect(await apply([put('b')], { expect: [{ kind: 'leader', token: 'new' }] })).toMatchObject({
          kind: 'committed',
        });
        expect(await store.attempt([waiting!.entry], 'l', 'new', limits)).toBe('ok');
      });
    });

    describe('the lever', () => {
      test('stands until it is let go', async () => {
        await applied([{ kind: 'pull-lever', lever: lever({}) }]);
        expect((await store.view(limits)).lever).toEqual(lever({}));
        expect(await apply([put('a')], { expect: [{ kind: 'lever-free' }] })).toMatchObject({ kind: 'conflict' });
        await applied([{ kind: 'free-lever' }]);
        expect((await store.view(limits)).lever).toBeUndefined();
        expect(await apply([put('a')], { expect: [{ kind: 'lever-free' }] })).toMatchObject({ kind: 'committed' });
      });

      test('lets go by itself by the time of the store', async () => {
        const { nowMs } = await store.view(limits);
        await applied([{ kind: 'pull-lever', lever: lever({ untilMs: nowMs + 60_000 }) }]);
        expect(await apply([put('a')], { expect: [{ kind: 'lever-free' }] })).toMatchObject({ kind: 'conflict' });
        await applied([{ kind: 'pull-lever', lever: lever({ untilMs: nowMs }) }]);
        expect((await store.view(limits)).lever).toBeUndefined();
        expect((await store.beat({ node: 'a', session: 's', vitals: {} }, limits)).lever).toBeUndefined();
        expect(await apply([put('a')], { expect: [{ kind: 'lever-free' }] })).toMatchObject({ kind: 'committed' });
      });
    });

    describe('the policy', () => {
      test('is kept as people wrote it, with who and when, and its version grows', async () => {
        const source = { limits: { minServing: 2 }, slowStart: '7s' };
        await applied([{ kind: 'put-policy', source: {}, by: 'you' }]);
        const { atMs } = await applied([{ kind: 'put-policy', source, by: 'me' }]);
        const { policy } = await store.view(limits);
        expect(policy).toMatchObject({ version: 2, by: 'me', atMs, source });
        expect(policy?.policy).toMatchObject({ slowStart: 7_000, limits: { minServing: 2 } });
      });
    });

    describe('the outbox', () => {
      test('keeps notices in the order of their commits until they are delivered, and counts them', async () => {
        await applied([put('a')], { notices: [notice('n1'), notice('n2')] });
        await applied([put('b')], { notices: [notice('n3')] });
        await store.lease({ holder: 'c', token: 't', forMs: 60_000 }, limits);
        const [first, ...rest] = await store.outbox(10, limits);
        expect([first, ...rest].map((waiting) => waiting?.notice.id)).toEqual(['n1', 'n2', 'n3']);
        expect(first).toEqual({ entry: first!.entry, writtenMs: first!.writtenMs, notice: notice('n1') });
        expect(await store.outbox(1, limits)).toEqual([first]);

        expect(await store.attempt([first!.entry], 'l', 't', limits)).toBe('ok');
        expect(await store.outbox(1, limits)).toEqual([{ ...first, letter: 'l' }]);
        expect(await store.delivered([first!.entry], { incident: 'i', ts: '17.1' }, 't', limits)).toBe('ok');
        expect(await store.delivered([first!.entry], { incident: 'i', ts: '99.9' }, 't', limits)).toBe('ok');
        expect(await store.outbox(10, limits)).toEqual(rest);
        expect(await store.thread('i', limits)).toBe('17.1');
        expect(await store.thread('another', limits)).toBeUndefined();
        expect(await store.outboxCounts(limits)).toMatchObject({ written: 3, delivered: 1, waiting: 2, lost: 0 });
        expect(await store.attempt([first!.entry], 'l', 't', limits)).toBe('gone');
      });

      test('remembers which notices a letter was begun for, all of them or none, and takes them out together', async () => {
        await applied([put('a')], { notices: [notice('n1'), notice('n2'), notice('n3')] });
        await store.lease({ holder: 'c', token: 't', forMs: 60_000 }, limits);
        const [one, two, three] = (await store.outbox(10, limits)).map(({ entry }) => entry);
        expect(await store.attempt([one!, three!], 'letter', 't', limits)).toBe('ok');
        expect((await store.outbox(10, limits)).map(({ letter }) => letter)).toEqual(['letter', undefined, 'letter']);
        expect(await store.delivered([one!, three!], undefined, 't', limits)).toBe('ok');
        expect((await store.outbox(10, limits)).map(({ entry }) => entry)).toEqual([two]);
        expect(await store.attempt([two!, three!], 'next', 't', limits)).toBe('gone');
        expect((await store.outbox(10, limits))[0]?.letter).toBeUndefined();
        expect(await store.outboxCounts(limits)).toMatchObject({ written: 3, delivered: 2, waiting: 1 });
      });
    });

    describe('pages', () => {
      const ended = (incident: string): Write => ({
        ...{ kind: 'incident', incident, node: 'a' },
        entry: { step: 'back', because: 'all checks passed', outcome: 'healed' },
      });

      test('wait in a queue of their own, in order, together with the good ends of incidents', async () => {
        const page = { ...notice('p'), urgency: 'page', incident: 'i' } as const;
        await applied([put('a')], { notices: [notice('n'), page] });
        await applied([put('a'), ended('i')]);
        await store.lease({ holder: 'c', token: 't', forMs: 60_000 }, limits);
        const [raise, end] = await store.pages(10, limits);
        expect(raise?.notice).toEqual(page);
        expect(end?.notice).toMatchObject({ kind: 'all-clear', incident: 'i', urgency: 'info' });

        expect(await store.alarmed('i', limits)).toBe(false);
        expect(await store.paged(raise!.entry, { kind: 'raised', incident: 'i' }, 'old', limits)).toBe('not-leader');
        expect(await store.paged(raise!.entry, { kind: 'raised', incident: 'i' }, 't', limits)).toBe('ok');
        expect(await store.alarmed('i', limits)).toBe(true);
        expect(await store.paged(end!.entry, { kind: 'ended', incident: 'i' }, 't', limits)).toBe('ok');
        expect(await store.alarmed('i', limits)).toBe(false);
        const counts = await store.outboxCounts(limits);
        expect(counts.pages).toEqual({ delivered: 2, waiting: 0, lost: 0 });
        // The other lane still has what it had.
        expect(counts).toMatchObject({ written: 2, delivered: 0, waiting: 2 });
      });

      test('that nobody needs leave uncounted', async () => {
        await applied([put('a'), ended('i')]);
        await store.lease({ holder: 'c', token: 't', forMs: 60_000 }, limits);
        const [end] = await store.pages(10, limits);
        await store.paged(end!.entry, { kind: 'unneeded' }, 't', limits);
        expect((await store.outboxCounts(limits)).pages).toEqual({ delivered: 0, waiting: 0, lost: 0 });
      });
    });

    test('the outbox counts the notices that are lost at its bound, the oldest', async () => {
      const many = Array.from({ length: 10_001 }, (_, at) => notice(`n${String(at)}`));
      for (let turn = 0; turn < 5; turn += 1) await applied([put('a')], { notices: many });
      expect(await store.outboxCounts(limits)).toMatchObject({ written: 50_005, waiting: 50_000, lost: 5 });
      expect((await store.outbox(1, limits))[0]?.notice.id).toBe('n5');
    });

    describe('incidents', () => {
      const step = (incident: string, text: string, rest = {}): Write => ({
        kind: 'incident',
        incident,
        node: 'a',
        entry: { step: text, because: `because of ${text}`, ...rest },
      });

      test('are told step by step with the times of the store, newest first', async () => {
        const opened = await applied([
          put('a'),
          step('i1', 'found', { detail: { cpu: 0.98 } }),
          step('i1', 'draining'),
        ]);
        await systemClock.sleep(2);
        const closed = await applied([step('i2', 'found'), step('i1', 'back', { outcome: 'healed' })]);
        const told = await store.incidents(10, limits);
        expect(told.map(({ id }) => id)).toEqual(['i2', 'i1']);
        expect(told[1]).toEqual({
          id: 'i1',
          node: 'a',
          openedMs: opened.atMs,
          outcome: 'healed',
          entries: [
            { step: 'found', because: 'because of found', detail: { cpu: 0.98 }, atMs: opened.atMs },
            { step: 'draining', because: 'because of draining', atMs: opened.atMs },
            { step: 'back', because: 'because of back', outcome: 'healed', atMs: closed.atMs },
          ],
        });
        expect(await store.incident('i1', limits)).toEqual(told[1]);
        expect(await store.incident('nothing', limits)).toBeUndefined();
        expect(await store.incidents(1, limits)).toEqual([told[0]]);
      });

      test('are kept up to the last thousand, and the end of a long story is kept', async () => {
        await applied(Array.from({ length: 1_020 }, (_, index) => step(`i${index}`, 'found')));
        await applied(Array.from({ length: 300 }, (_, index) => step('long', `step ${index}`)));
        await applied([step('long', 'back', { outcome: 'healed' })]);
        const told = await store.incidents(2_000, limits);
        expect(told).toHaveLength(1_000);
        const long = await store.incident('long', limits);
        expect(long?.outcome).toBe('healed');
        expect(long?.entries.length).toBe(200);
        expect(long?.entries.at(-1)?.step).toBe('back');
      });
    });

    describe('evidence', () => {
      test('is kept beside its incident, the last word stands, and no version moves', async () => {
        await applied([put('a')]);
        const { version } = await store.view(limits);
        expect(await store.evidence('i1', limits)).toBeUndefined();
        await store.keepEvidence('i1', '{"node":"a","missing":["all"]}', limits);
        await store.keepEvidence('i1', '{"node":"a","missing":[]}', limits);
        expect(await store.evidence('i1', limits)).toBe('{"node":"a","missing":[]}');
        expect((await store.view(limits)).version).toBe(version);
      });

      test('is kept of the last hundred incidents, and of no more', async () => {
        for (let at = 0; at < 102; at += 1) {
          await store.keepEvidence(`i${String(at).padStart(3, '0')}`, '{}', limits);
          if (at < 3) await systemClock.sleep(2);
        }
        expect(await store.evidence('i001', limits)).toBeUndefined();
        expect(await store.evidence('i002', limits)).toBe('{}');
        expect(await store.evidence('i101', limits)).toBe('{}');
      });

      test('is compared with the newest healthy profile of another node, taken by the same means', async () => {
        const like = 'web inspector';
        expect(await store.baseline({ like, node: 'a' }, limits)).toBeUndefined();
        for (const [node, json] of [
          ['b', '{"n":1}'],
          ['c', '{"n":2}'],
          ['a', '{"n":3}'],
        ] as const) {
          await store.keepBaseline({ like, node, json }, limits);
          await systemClock.sleep(2);
        }
        await store.keepBaseline({ like: 'web perf', node: 'd', json: '{"n":4}' }, limits);
        expect(await store.baseline({ like, node: 'a' }, limits)).toEqual({
          node: 'c',
          atMs: expect.any(Number),
          json: '{"n":2}',
        });
        expect((await store.baseline({ like, node: 'b' }, limits))?.json).toBe('{"n":3}');
        await store.keepBaseline({ like, node: 'b', json: '{"n":5}' }, limits);
        expect((await store.baseline({ like, node: 'a' }, limits))?.json).toBe('{"n":5}');
        expect((await store.baseline({ like: 'web perf', node: 'd' }, limits))?.node).toBe('d');
      });
    });

    test('a closed store answers no call', async () => {
      await store.close();
      await expect(store.view({ deadlineMs: 50 })).rejects.toThrow(PoolAway);
      expect(
        await store.commit(buildCommit(await open().view(limits), draftOf([put('a')]), newId()), { deadlineMs: 50 }),
      ).toMatchObject({ kind: 'conflict' });
    });
  });
};

const notice = (id: string): Notice => ({ id, kind: 'sick', text: `notice ${id}`, urgency: 'info', detail: { n: 1 } });

const lever = (rest: { readonly untilMs?: number }) => ({ because: 'a test', by: 'me', sinceMs: 5, ...rest });
