/** What each user of infra/redis/users.acl may do, on a real Redis: all that its process does, and no more. */
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { buildCommit } from '../../../pool/build-commit.ts';
import { poolKeys } from '../../../pool/redis/keys.ts';
import { type PoolRole, poolRoles, samplesFor } from '../../../pool/redis/permissions.ts';
import { PoolDenied, type PoolStore } from '../../../pool/store.ts';
import { draftOf, put } from '../../support/nodes.ts';
import { commitTo } from '../../support/pool-writer.ts';
import { type RedisWithUsers, startRedisWithUsers, userOf, usersFile } from '../../support/redis-users.ts';

const limits = { deadlineMs: 20_000 };
const keys = poolKeys('web');
let server: RedisWithUsers;

beforeAll(async () => {
  server = await startRedisWithUsers();
});
beforeEach(() => server.admin.flushall('SYNC'));
afterEach(() => server.admin.call('ACL', 'LOG', 'RESET'));
afterAll(() => server.stop());

const notice = { id: 'n', kind: 'sick', text: 'n', urgency: 'page', incident: 'i' } as const;
const story = { kind: 'incident', incident: 'i', node: 'a', entry: { step: 's', because: 'b' } } as const;
const lever = { because: 'b', by: 'me', sinceMs: 1 };

const look = async (store: PoolStore): Promise<void> => {
  await store.view(limits);
  await store.events(0, 1, limits);
};

/** Two commits between which all is written and taken away that a commit can. */
const changeAll = async (store: PoolStore): Promise<void> => {
  const first = [put('a'), put('b'), { kind: 'put-policy', source: {}, by: 'me' } as const, story];
  const made = await commitTo(store, [...first, { kind: 'pull-lever', lever }], { notices: [notice], durable: true });
  expect(made.kind).toBe('committed');
  const undone = [
    { kind: 'remove-node', node: 'a' },
    { kind: 'free-lever' },
    { kind: 'forget-router', router: 'r' },
  ] as const;
  expect((await commitTo(store, undone, { notices: [notice] })).kind).toBe('committed');
};

const deliverAll = async (store: PoolStore): Promise<void> => {
  await store.lease({ holder: 'h', token: 't', forMs: 60_000 }, limits);
  const [waiting] = await store.outbox(1, limits);
  expect(await store.attempt([waiting!.entry], 'l', 't', limits)).toBe('ok');
  expect(await store.delivered([waiting!.entry], { incident: 'i', ts: '1' }, 't', limits)).toBe('ok');
  expect(await store.thread('i', limits)).toBe('1');
  const [page] = await store.pages(1, limits);
  await store.paged(page?.entry ?? '1-0', { kind: 'raised', incident: 'i' }, 't', limits);
  expect(await store.alarmed('i', limits)).toBe(true);
  await store.outboxCounts(limits);
  await store.releaseLease('t', limits);
};

const browse = async (store: PoolStore): Promise<void> => {
  await store.incidents(10, limits);
  await store.incident('i', limits);
  await store.evidence('i', limits);
  await store.outboxCounts(limits);
};

/** All that the processes of a role ask of the pool. */
const everything: Readonly<Record<PoolRole, (store: PoolStore) => Promise<void>>> = {
  agent: async (store) => {
    await look(store);
    await changeAll(store);
    await store.beat({ node: 'b', session: 's', vitals: {} }, limits);
    await store.keepEvidence('i', '{}', limits);
    await store.keepBaseline({ like: 'l', node: 'b', json: '{}' }, limits);
    expect((await store.baseline({ like: 'l', node: 'c' }, limits))?.node).toBe('b');
    await store.answerProfile('b', 'order', 'answer', limits);
  },
  controller: async (store) => {
    await look(store);
    await changeAll(store);
    await deliverAll(store);
    await browse(store);
  },
  proxy: async (store) => {
    await look(store);
    await store.reportRouter({ id: 'r', version: 1, draining: {} }, limits);
    await store.forgetRouter('r', limits);
  },
  reader: async (store) => {
    await look(store);
    await browse(store);
  },
  operator: async (store) => {
    await look(store);
    await changeAll(store);
    await browse(store);
    expect(await store.askProfile('b', { id: 'order', by: 'me', seconds: 1, hz: 1 }, 1, limits)).toBe('asked');
    await store.profileAnswer('order', limits);
  },
};

describe.each(poolRoles)('the user of %s', (role) => {
  test('may do all that its process does', async () => {
    const { store, log } = server.open(role);
    await everything[role](store);
    expect(await server.admin.call('ACL', 'LOG')).toEqual([]);
    expect(log.events()).not.toContain('redis-denies');
  });

  test('has exactly the commands that its process needs, and no other keys than the pool’s', async () => {
    const rules = await rulesOf(role);
    const needed = samplesFor(role, keys).map(([command, word]) =>
      command === 'CLIENT' ? `client|${String(word)}` : command,
    );
    const commands = rules.filter((rule) => rule.startsWith('+')).map((rule) => rule.slice(1));
    expect(commands.sort()).toEqual(
      [...new Set(['multi', 'exec', 'discard', ...needed.map((name) => name.toLowerCase())])].sort(),
    );
    expect(rules.filter((rule) => rule.includes('~')).every((rule) => rule.includes('~dm:{web}:'))).toBe(true);
    expect(rules).toEqual(expect.arrayContaining(['resetpass', 'resetkeys', 'resetchannels', '-@all']));
  });

  test('is let in by nothing until it is given a password', async () => {
    const rules = await rulesOf(role);
    expect(rules.filter((rule) => rule === 'nopass' || /^[>#]/.test(rule))).toEqual([]);
  });

  test.each([
    ['CONFIG', 'GET', 'requirepass'],
    ['KEYS', '*'],
    ['FLUSHALL'],
    ['FLUSHDB'],
    ['ACL', 'LIST'],
    ['SCRIPT', 'FLUSH'],
    ['SHUTDOWN', 'NOSAVE'],
    ['MONITOR'],
    ['CLIENT', 'LIST'],
    ['PUBLISH', 'channel', 'text'],
    ['GET', 'dm:{shop}:epoch'],
    ['GET', 'something-else'],
  ])('may not %s %s', async (...words) => {
    const [command = '', ...rest] = words;
    await expect(server.client(role).call(command, ...rest)).rejects.toThrow(/^NOPERM/);
  });
});

/** The rules of a role's line in the file. */
const rulesOf = async (role: PoolRole): Promise<readonly string[]> => {
  const lines = (await readFile(usersFile, 'utf8')).split('\n');
  const line = lines.find((text) => text.startsWith(`user ${userOf(role)} `));
  return line?.trim().split(' ').slice(2) ?? [];
};

test('the default user is off', async () => {
  expect(await readFile(usersFile, 'utf8')).toMatch(/^user default off resetpass resetkeys resetchannels -@all$/m);
});

/** What a role is refused is said in one sentence with its name, to the caller and once in the log. */
const denied = async (role: PoolRole, ask: (store: PoolStore) => Promise<unknown>): Promise<void> => {
  const { store, log } = server.open(role);
  await expect(ask(store)).rejects.toThrow(PoolDenied);
  await expect(ask(store)).rejects.toThrow(
    new RegExp(`^NOPERM: Redis does not let the user ${userOf(role)} do this .*infra/redis/users\\.acl`),
  );
  expect(log.events().filter((event) => event === 'redis-denies')).toHaveLength(1);
};

const commitAs = async (role: PoolRole) => {
  const { store } = server.open(role);
  const result = await store.commit(buildCommit(await store.view(limits), draftOf([put('x')]), 'c'), limits);
  expect((await store.view(limits)).version).toBe(0);
  return result;
};

describe('is refused', () => {
  test.each(['proxy', 'reader'] as const)('a commit of a %s, for good, and with a sentence', async (role) => {
    expect(await commitAs(role)).toEqual({
      kind: 'conflict',
      denied: true,
      because: expect.stringMatching(new RegExp(`^NOPERM: .*${userOf(role)}`)),
    });
  });

  test('a beat, the lease and a delivery of a proxy', async () => {
    await denied('proxy', (store) => store.beat({ node: 'a', session: 's', vitals: {} }, limits));
    await denied('proxy', (store) => store.lease({ holder: 'h', token: 't', forMs: 1_000 }, limits));
    await denied('proxy', (store) => store.attempt(['1-0'], 'l', 't', limits));
  });

  test('a report of a reader', () =>
    denied('reader', (store) => store.reportRouter({ id: 'r', version: 1, draining: {} }, limits)));

  test('evidence that a reader would put beside an incident', () =>
    denied('reader', (store) => store.keepEvidence('i', '{}', limits)));

  test('a script of a reader that writes, also one that says it does not', async () => {
    const reader = server.client('reader');
    const write = "return redis.call('SET', KEYS[1], '1')";
    await expect(reader.eval(write, 1, keys.epoch)).rejects.toThrow(/^NOPERM/);
    await expect(reader.eval_ro(write, 1, keys.epoch)).rejects.toThrow();
    expect(await server.admin.get(keys.epoch)).toBeNull();
  });

  test('a script of a proxy that writes to another key than it names', async () => {
    const write = "return redis.call('HSET', ARGV[1], 'a', 'b')";
    await expect(server.client('proxy').eval(write, 1, keys.routers, keys.nodes)).rejects.toThrow(
      /can't access|ACL failure/,
    );
    expect(await server.admin.exists(keys.nodes)).toBe(0);
  });

  test('to an agent, the beginning of a thread in Slack', async () => {
    await expect(server.client('agent').hsetnx(keys.threads, 'i', '1')).rejects.toThrow(/^NOPERM/);
  });
});

test('a user who may run only some commands of a commit writes nothing at all', async () => {
  await server.admin.call('ACL', 'SETUSER', userOf('agent'), '-lrem');
  try {
    expect(await commitAs('agent')).toMatchObject({
      denied: true,
      because: expect.stringContaining('LREM on dm:{web}:live'),
    });
    expect(await server.admin.dbsize()).toBe(0);
  } finally {
    await server.admin.call('ACL', 'SETUSER', userOf('agent'), '+lrem');
  }
});
