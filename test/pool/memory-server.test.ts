import { expect, test } from '@jest/globals';
import { buildCommit } from '../../pool/build-commit.ts';
import type { CommitResult } from '../../pool/commit.ts';
import { MemoryPool } from '../../pool/memory-pool.ts';
import { MemoryServer } from '../../pool/memory-server.ts';
import { draftOf, put } from '../support/nodes.ts';

const limits = { deadlineMs: 1_000 };

const poolOn = (server: MemoryServer) => {
  const pool = new MemoryPool(server);
  let ids = 0;
  const commit = async (node: string, expectNothing = true): Promise<CommitResult['kind']> => {
    ids += 1;
    const expected = expectNothing ? [] : [{ kind: 'head', head: 'another' } as const];
    const draft = draftOf([put(node)], { expect: expected });
    return (await pool.commit(buildCommit(await pool.view(limits), draft, `c${ids}`), limits)).kind;
  };
  const nodes = async () => [...(await pool.view(limits)).nodes.keys()];
  return { commit, nodes };
};

test('a failover loses the last commit that was applied, whatever conflicts came after it', async () => {
  const server = new MemoryServer();
  const { commit, nodes } = poolOn(server);
  expect(await commit('a')).toBe('committed');
  expect(await commit('b')).toBe('committed');
  expect(await commit('c', false)).toBe('conflict');
  server.loseLast(1);
  expect(await nodes()).toEqual(['a']);
});

test('no more commits can be lost than are remembered', async () => {
  const server = new MemoryServer('web', { remembers: 1 });
  const { commit, nodes } = poolOn(server);
  for (const node of ['a', 'b', 'c']) await commit(node);
  server.loseLast(1);
  expect(await nodes()).toEqual(['a', 'b']);
  expect(() => server.loseLast(1)).toThrow('so many commits are not remembered');
});

test('who remembers none can lose none', async () => {
  const server = new MemoryServer('web', { remembers: 0 });
  await poolOn(server).commit('a');
  expect(() => server.loseLast(1)).toThrow('so many commits are not remembered');
});
