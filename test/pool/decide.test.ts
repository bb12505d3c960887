import { describe, expect, test } from '@jest/globals';
import { systemClock } from '../../pool/clock.ts';
import { decideAndCommit } from '../../pool/decide.ts';
import type { Decide } from '../../pool/decision.ts';
import { MemoryPool } from '../../pool/memory-pool.ts';
import { MemoryServer } from '../../pool/memory-server.ts';
import { PoolAway } from '../../pool/store.ts';
import { draftOf, put } from '../support/nodes.ts';
import { commitTo, newCommitId } from '../support/pool-writer.ts';

const start = () => {
  const server = new MemoryServer();
  const store = new MemoryPool(server);
  const tries = {
    attempts: 3,
    clock: { ...systemClock, sleep: async () => undefined },
    random: () => 0.5,
    newId: newCommitId,
    limits: { deadlineMs: 1_000 },
  };
  return { server, store, tries };
};
const touch: Decide = (view) => ({
  kind: 'commit',
  draft: draftOf([put('a', { because: `seen ${view.version}` })], { durable: true }),
});

describe('deciding and committing', () => {
  test('commits what was decided', async () => {
    const { store, tries } = start();
    expect(await decideAndCommit(store, touch, tries)).toMatchObject({ kind: 'committed', version: 1 });
  });

  test('commits nothing where nothing is to be changed, and tells why', async () => {
    const { store, tries } = start();
    const refused = await decideAndCommit(store, () => ({ kind: 'nothing', because: 'all is well' }), tries);
    expect(refused).toEqual({ kind: 'nothing', because: 'all is well' });
  });

  test('decides again from a fresh view, with a new id, on a conflict', async () => {
    const { server, store, tries } = start();
    const ids: string[] = [];
    let interfere = true;
    const decide: Decide = (view, id) => {
      ids.push(id);
      if (interfere) server.data.admissionVersion += 1;
      interfere = false;
      const { admissionVersion } = view;
      return { kind: 'commit', draft: draftOf([put('a')], { expect: [{ kind: 'admission', admissionVersion }] }) };
    };
    expect(await decideAndCommit(store, decide, tries)).toMatchObject({ kind: 'committed' });
    expect(new Set(ids).size).toBe(2);
  });

  test('ends with the conflict after so many attempts', async () => {
    const { store, tries } = start();
    await commitTo(store, [put('a')]);
    const never: Decide = () => ({
      kind: 'commit',
      draft: draftOf([put('b')], { expect: [{ kind: 'leader', token: 'x' }] }),
    });
    expect(await decideAndCommit(store, never, tries)).toEqual({
      kind: 'conflict',
      because: expect.stringMatching(/^leader/),
    });
  });

  test('says unacknowledged where no replica has it', async () => {
    const { server, store, tries } = start();
    server.replica = 'silent';
    expect(await decideAndCommit(store, touch, tries)).toMatchObject({ kind: 'unacknowledged' });
  });

  test('says unknown where the reply was lost and nobody can be asked', async () => {
    const { server, store, tries } = start();
    server.onCommit = () => server.goAway();
    expect(await decideAndCommit(store, touch, tries)).toMatchObject({ kind: 'unknown' });
  });

  test('takes a lost reply for the success that it was', async () => {
    const { server, store, tries } = start();
    server.losesReplies = 1;
    expect(await decideAndCommit(store, touch, tries)).toMatchObject({ kind: 'committed', version: 1 });
    expect(server.data.version).toBe(1);
  });

  test('throws PoolAway where the pool cannot be read', async () => {
    const { server, store, tries } = start();
    server.goAway();
    await expect(decideAndCommit(store, touch, tries)).rejects.toThrow(PoolAway);
  });

  test('spreads its further tries where many decide on the same, so that few come back soon', async () => {
    const { server, store, tries } = start();
    const slept: number[] = [];
    const clock = {
      ...systemClock,
      sleep: async (ms: number) => {
        slept.push(ms);
      },
    };
    const never: Decide = ({ admissionVersion }) => {
      server.data.admissionVersion += 1;
      return { kind: 'commit', draft: draftOf([put('a')], { expect: [{ kind: 'admission', admissionVersion }] }) };
    };
    const chances = [0.01, 0.25];
    const random = () => chances[slept.length] ?? 0;
    let reads = 0;
    const onRead = () => {
      reads += 1;
    };
    await decideAndCommit(store, never, { ...tries, clock, random, rivals: () => 1_000, onRead });
    expect(slept.map((ms) => Math.round(ms))).toEqual([205, 1_015]);
    expect(reads).toBe(3);
  });
});
