import { describe, expect, test } from '@jest/globals';
import type { NodeRecord } from '../../pool/record.ts';
import { type Before, type Member, membersByHand, membershipOf, type PoolState } from '../../proxy/members.ts';
import { nodeRecord } from '../support/nodes.ts';

const rules = { allowedNetworks: ['10.0.0.0/8'] };
const start: Before = { members: [], hadPool: false, nowMs: 5_000 };
const record = (id: string, rest: Partial<NodeRecord> = {}): NodeRecord =>
  nodeRecord(id, { url: `http://10.0.0.${id.slice(-1)}:8080`, ...rest });
const poolOf = (...nodes: readonly NodeRecord[]): PoolState => ({
  epoch: 'e1',
  version: 1,
  nodes: new Map(nodes.map((node) => [node.id, node])),
  slowStartMs: 30_000,
});
const member = (id: string, rest: Partial<Member> = {}): Member => ({
  id,
  url: `http://10.0.0.${id.slice(-1)}:8080`,
  weight: 1,
  ...rest,
});
const ids = (members: readonly Member[]) => members.map(({ id }) => id);

test('routes to serving nodes and to no others', () => {
  const states = ['checking', 'serving', 'draining', 'rebooting', 'quarantined', 'lost', 'held', 'left', 'dreaming'];
  const nodes = states.map((state, at) => record(`web-${at}`, { state }));
  expect(ids(membershipOf(poolOf(...nodes), [], start, rules).members)).toEqual(['web-1']);
});

test('names the drains under way by their commit', () => {
  const draining = record('web-1', { state: 'draining', drain: 'c7' });
  expect(membershipOf(poolOf(draining, record('web-2')), [], start, rules).drains).toEqual([
    { id: 'c7', node: 'web-1' },
  ]);
});

test.each(['http://169.254.169.254', 'ftp://10.0.0.1', 'http://8.8.8.8', 'file:///etc/passwd', 'what'])(
  'ignores a serving node whose URL is %s, and says why',
  (url) => {
    const { members, ignored } = membershipOf(poolOf(record('web-1', { url }), record('web-2')), [], start, rules);
    expect(ids(members)).toEqual(['web-2']);
    expect(ignored).toEqual([{ node: 'web-1', url, because: expect.any(String) }]);
  },
);

test('routes to a URL once, even if two nodes claim it', () => {
  const url = 'http://10.0.0.9:80';
  expect(
    ids(membershipOf(poolOf(record('web-1', { url }), record('web-2', { url })), [], start, rules).members),
  ).toEqual(['web-1']);
});

describe('members that are kept', () => {
  test('stand beside those of the pool', () => {
    expect(ids(membershipOf(poolOf(record('web-1')), [member('web-2')], start, rules).members)).toEqual([
      'web-1',
      'web-2',
    ]);
  });
  test('are nobody’s once the pool names them, by id or by URL, in whatever state', () => {
    const pool = poolOf(
      record('web-1', { state: 'checking' }),
      record('web-8', { url: member('web-2').url, state: 'held' }),
    );
    expect(membershipOf(pool, [member('web-1'), member('web-2')], start, rules).members).toEqual([]);
  });
  test('are all there is while no pool is known', () => {
    expect(ids(membershipOf(undefined, [member('web-2')], start, rules).members)).toEqual(['web-2']);
  });
});

describe('slow start', () => {
  const since = (nodes: readonly NodeRecord[], before: Before) =>
    membershipOf(poolOf(...nodes), [], before, rules).members[0]?.servingSinceMs;

  test('is for nodes that this router sees return', () => {
    expect(since([record('web-1', { servingSinceMs: 77 })], { ...start, hadPool: true })).toBe(5_000);
  });
  test('is not for nodes that served before it looked', () => {
    expect(since([record('web-1', { servingSinceMs: 77 })], start)).toBeUndefined();
  });
  test('goes on through later events', () => {
    const known = member('web-1', { servingSinceMs: 3_000, returnedMs: 77 });
    const before = { members: [known], hadPool: true, nowMs: 5_000 };
    expect(since([record('web-1', { servingSinceMs: 77 })], before)).toBe(3_000);
  });
  test('begins again where a whole return went unseen', () => {
    const known = member('web-1', { returnedMs: 77 });
    const before = { members: [known], hadPool: true, nowMs: 5_000 };
    expect(since([record('web-1', { servingSinceMs: 99 })], before)).toBe(5_000);
  });
  test('is not for nodes that were kept while their pool was lost', () => {
    const before = { members: [member('web-1')], hadPool: true, nowMs: 5_000 };
    expect(since([record('web-1', { servingSinceMs: 99 })], before)).toBeUndefined();
  });
});

test('takes any origin that a person gives, once, and never a metadata address', () => {
  const { members, ignored } = membersByHand([
    'http://127.0.0.1:1',
    'http://web.internal/',
    'http://127.0.0.1:1/',
    'http://169.254.169.254',
  ]);
  expect(members.map(({ url }) => url)).toEqual(['http://127.0.0.1:1', 'http://web.internal']);
  expect(ignored).toHaveLength(1);
});
