import { afterEach, describe, expect, test } from '@jest/globals';
import { buildCommit } from '../../pool/build-commit.ts';
import { systemClock } from '../../pool/clock.ts';
import type { Write } from '../../pool/commit.ts';
import { snapshotOf } from '../../pool/follow-step.ts';
import { type Follower, follow } from '../../pool/follower.ts';
import { MemoryPool } from '../../pool/memory-pool.ts';
import { MemoryServer } from '../../pool/memory-server.ts';
import { draftOf, put } from '../support/nodes.ts';
import { recordingLog } from '../support/recording-log.ts';
import { listener } from '../support/until.ts';

const limits = { deadlineMs: 1_000 };
const followers: Follower[] = [];
afterEach(async () => {
  await Promise.all(followers.splice(0).map((follower) => follower.stop()));
});

const start = () => {
  const server = new MemoryServer();
  const writer = new MemoryPool(server);
  let ids = 0;
  const commit = async (...writes: Write[]): Promise<void> => {
    ids += 1;
    const id = `c${ids}-${server.generation}`;
    const result = await writer.commit(buildCommit(await writer.view(limits), draftOf(writes), id), limits);
    expect(result.kind).toBe('committed');
  };
  const log = recordingLog();
  const heard = listener();
  const following = (rest: { checkEveryMs?: number; callMs?: number } = {}): Follower => {
    const follower = follow(new MemoryPool(server), {
      clock: systemClock,
      log,
      onChange: heard.onChange,
      callMs: 200,
      ...rest,
    });
    followers.push(follower);
    return follower;
  };
  const states = (follower: Follower) =>
    Object.fromEntries([...(follower.current().snapshot?.nodes ?? [])].map(([id, { state }]) => [id, state]));
  return { server, writer, commit, log, heard, following, states };
};

describe('a follower', () => {
  test('begins with a snapshot and goes on with every commit', async () => {
    const { commit, heard, following, states, writer } = start();
    await commit(put('a'));
    const follower = following();
    expect(follower.current()).toEqual({ snapshot: undefined, heardMs: undefined, away: undefined, lost: undefined });
    await heard.until(({ snapshot }) => snapshot?.version === 1);
    await commit(put('b', { state: 'checking' }));
    await commit(
      { kind: 'remove-node', node: 'a' },
      { kind: 'pull-lever', lever: { because: 'x', by: 'me', sinceMs: 1 } },
    );
    await heard.until(({ snapshot }) => snapshot?.version === 3);
    expect(states(follower)).toEqual({ b: 'checking' });
    const { snapshot } = follower.current();
    expect({ ...snapshot, atMs: 0 }).toEqual({ ...snapshotOf(await writer.view(limits)), atMs: 0 });
  });

  test('takes a policy that changed from a new snapshot', async () => {
    const { commit, heard, following } = start();
    await commit(put('a'));
    following();
    await heard.until(({ snapshot }) => snapshot?.version === 1);
    await commit({ kind: 'put-policy', source: { slowStart: '9s' }, by: 'me' });
    const { snapshot } = await heard.until((followed) => followed.snapshot?.version === 2);
    expect(snapshot?.policy?.policy.slowStart).toBe(9_000);
  });

  test('takes a new snapshot where the stream has lost what it needs', async () => {
    const { server, commit, heard, following, states, log } = start();
    await commit(put('a'));
    const follower = following();
    await heard.until(({ snapshot }) => snapshot?.version === 1);
    server.onCommit = () => {
      if (server.data.version === 2) server.data.events.splice(1);
    };
    await commit(put('b'));
    await commit(put('c'));
    await heard.until(({ snapshot }) => snapshot?.version === 3);
    expect(states(follower)).toEqual({ a: 'serving', b: 'serving', c: 'serving' });
    expect(log.events()).toContain('follower-resyncs');
  });

  test('keeps what it knows while the pool is away, says since when, and goes on by itself', async () => {
    const { server, commit, heard, following, states, log } = start();
    await commit(put('a'));
    const follower = following();
    await heard.until(({ snapshot }) => snapshot !== undefined);
    server.goAway();
    const { away } = await heard.until((followed) => followed.away !== undefined);
    expect(states(follower)).toEqual({ a: 'serving' });
    server.comeBack();
    await commit(put('b'));
    await heard.until((followed) => followed.away === undefined && followed.snapshot?.version === 2);
    expect(away?.sinceMs).toBeLessThanOrEqual(systemClock.monotonicMs());
    expect(states(follower)).toEqual({ a: 'serving', b: 'serving' });
    expect(follower.current().lost).toBeUndefined();
    expect(log.events()).toContain('follower-back');
  });

  test('does not call a broken connection that is made anew at once an outage', async () => {
    const { server, commit, heard, following } = start();
    await commit(put('a'));
    following({ callMs: 20_000 });
    await heard.until(({ snapshot }) => snapshot?.version === 1);
    server.breakConnections();
    await commit(put('b'));
    await heard.until(({ snapshot }) => snapshot?.version === 2);
    expect(heard.seen.filter(({ away }) => away !== undefined)).toEqual([]);
  });

  test('tells an empty pool from one that cannot be reached and from one that was lost', async () => {
    const empty = start();
    const first = empty.following();
    await empty.heard.until(({ snapshot }) => snapshot !== undefined);
    expect(first.current()).toMatchObject({
      snapshot: { version: 0, epoch: undefined },
      away: undefined,
      lost: undefined,
    });

    const unreachable = start();
    unreachable.server.goAway();
    const second = unreachable.following();
    await unreachable.heard.until(({ away }) => away !== undefined);
    expect(second.current()).toMatchObject({ snapshot: undefined, lost: undefined });

    const lost = start();
    await lost.commit(put('a'));
    const third = lost.following();
    await lost.heard.until(({ snapshot }) => snapshot?.version === 1);
    lost.server.restartEmpty();
    await lost.heard.until((followed) => followed.lost !== undefined);
    expect(third.current()).toMatchObject({
      snapshot: { version: 0, epoch: undefined },
      away: undefined,
      lost: { loss: 'another-epoch' },
    });
    expect([...third.current().lost!.before.nodes.keys()]).toEqual(['a']);
    expect(lost.log.events()).toContain('pool-lost');
  });

  test('remembers the members of the last pool that had some, however often it is lost', async () => {
    const { server, commit, heard, following } = start();
    await commit(put('a'));
    const follower = following();
    await heard.until(({ snapshot }) => snapshot?.version === 1);
    server.restartEmpty();
    await heard.until(({ lost }) => lost !== undefined);
    await commit({ kind: 'pull-lever', lever: { because: 'x', by: 'me', sinceMs: 1 } });
    await heard.until(({ snapshot }) => snapshot?.version === 1 && snapshot.nodes.size === 0);
    server.restartEmpty();
    const first = follower.current().lost;
    await heard.until(({ lost }) => lost !== undefined && lost !== first);
    expect([...follower.current().lost!.before.nodes.keys()]).toEqual(['a']);
  });

  test('calls a version that went back a lost pool: a failover without the last commits', async () => {
    const { server, commit, heard, following } = start();
    await commit(put('a'));
    await commit(put('b'));
    following();
    await heard.until(({ snapshot }) => snapshot?.version === 2);
    server.loseLast(1);
    const { lost, snapshot } = await heard.until((followed) => followed.lost !== undefined);
    expect(lost?.loss).toBe('lower-version');
    expect([...snapshot!.nodes.keys()]).toEqual(['a']);
    expect([...lost!.before.nodes.keys()]).toEqual(['a', 'b']);
  });

  test('looks at the whole pool again from time to time, and so finds what no event told', async () => {
    const { server, commit, heard, following } = start();
    await commit(put('a'));
    following({ checkEveryMs: 20 });
    await heard.until(({ snapshot }) => snapshot?.version === 1);
    server.data.nodes.set('a', 'garbage');
    const { snapshot } = await heard.until((followed) => followed.snapshot?.nodes.size === 0);
    expect(snapshot?.garbage).toEqual([
      { kind: 'garbage', key: 'dm:{web}:nodes', field: 'a', because: 'not a JSON object' },
    ]);
  });

  test('goes on when its listener throws', async () => {
    const { server, commit, log } = start();
    const heard = listener();
    const follower = follow(new MemoryPool(server), {
      clock: systemClock,
      log,
      onChange: (followed) => {
        heard.onChange(followed);
        throw new Error('listener is broken');
      },
    });
    followers.push(follower);
    await heard.until(({ snapshot }) => snapshot?.version === 0);
    await commit(put('a'));
    await heard.until(({ snapshot }) => snapshot?.version === 1);
    expect(log.events()).toContain('follower-listener-failed');
  });

  test('ends when its signal aborts', async () => {
    const { server, commit } = start();
    const stop = new AbortController();
    const heard = listener();
    const follower = follow(new MemoryPool(server), {
      clock: systemClock,
      log: recordingLog(),
      signal: stop.signal,
      onChange: heard.onChange,
    });
    await heard.until(({ snapshot }) => snapshot !== undefined);
    stop.abort();
    await follower.stop();
    await commit(put('a'));
    expect(follower.current().snapshot?.version).toBe(0);
  });
});
