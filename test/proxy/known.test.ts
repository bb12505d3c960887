import { describe, expect, test } from '@jest/globals';
import {
  afterPool,
  afterProbe,
  afterTime,
  fromSnapshot,
  keptForMs,
  nothingKnown,
  usableKept,
} from '../../proxy/known.ts';
import type { Member, PoolState } from '../../proxy/members.ts';

const members: readonly Member[] = [
  { id: 'web-1', url: 'http://10.0.0.1:80', weight: 1 },
  { id: 'web-2', url: 'http://10.0.0.2:80', weight: 1, returnedMs: 7, servingSinceMs: 9 },
];
const url = 'http://10.0.0.1:80';
const pool = (epoch: string | undefined, version = 10): PoolState => ({
  epoch,
  version,
  nodes: new Map(),
  slowStartMs: 0,
});
const ids = (kept: readonly Member[]) => kept.map(({ id }) => id);
const known = afterPool(nothingKnown, pool('e1'), [], 0);

describe('a pool that changes', () => {
  test('keeps nobody from before', () => {
    expect(afterPool(known, pool('e1', 11), members, 0)).toEqual({ pool: pool('e1', 11), kept: [] });
  });
  test('may be written to for the first time', () => {
    const empty = afterPool(nothingKnown, pool(undefined, 0), [], 0);
    expect(afterPool(empty, pool('e1', 1), [], 0).lostAtMs).toBeUndefined();
  });
});

describe('a pool that is lost', () => {
  test.each([
    ['another epoch', pool('e2', 1)],
    ['no epoch at all', pool(undefined, 0)],
    ['a lower version', pool('e1', 9)],
  ])('by %s leaves the members that were in use', (_name, lost) => {
    const after = afterPool(known, lost, members, 500);
    expect(ids(usableKept(after))).toEqual(['web-1', 'web-2']);
    expect(after.lostAtMs).toBe(500);
  });
  test('as its nodes cannot be read, keeps the members, once, and those of a router that starts as well', () => {
    const unread: PoolState = { ...pool('e1', 11), nodesUnread: true };
    const after = afterPool(known, unread, members, 500);
    expect(ids(usableKept(after))).toEqual(['web-1', 'web-2']);
    expect(afterPool(after, unread, members, 900).lostAtMs).toBe(500);
    expect(ids(usableKept(afterPool(after, pool('e1', 12), members, 900)))).toEqual(['web-1', 'web-2']);
    expect(afterPool(fromSnapshot(members, 'e1'), unread, [], 500).kept).toHaveLength(2);
  });
  test('leaves them as they were while the new one fills', () => {
    const lost = afterPool(known, pool('e2', 1), members, 500);
    expect(ids(usableKept(afterPool(lost, pool('e2', 2), members, 600)))).toEqual(['web-1', 'web-2']);
  });
  test('forgets when they returned to service: coming back from it is no return', () => {
    expect(usableKept(afterPool(known, pool('e2', 1), members, 0))[1]).toEqual({
      id: 'web-2',
      url: 'http://10.0.0.2:80',
      weight: 1,
    });
  });
  test('lets them go once it has members and had time to gather them', () => {
    const lost = afterPool(known, pool('e2', 1), members, 500);
    expect(afterTime(lost, 3, 500 + keptForMs - 1)).toBe(lost);
    expect(usableKept(afterTime(lost, 3, 500 + keptForMs))).toEqual([]);
  });
  test('never lets them go while it is empty', () => {
    const lost = afterPool(known, pool('e2', 1), members, 500);
    expect(afterTime(lost, 0, 500 + 100 * keptForMs)).toBe(lost);
  });
  test('lets go those that do not answer two probes, until they do', () => {
    const lost = afterPool(known, pool('e2', 1), members, 0);
    const once = afterProbe(lost, url, false);
    expect(ids(usableKept(once))).toEqual(['web-1', 'web-2']);
    const twice = afterProbe(once, url, false);
    expect(ids(usableKept(twice))).toEqual(['web-2']);
    expect(ids(usableKept(afterProbe(twice, url, true)))).toEqual(['web-1', 'web-2']);
  });
});

describe('members from a snapshot', () => {
  const remembered = fromSnapshot(members, 'e1');
  test('are used only once they answer', () => {
    expect(usableKept(remembered)).toEqual([]);
    expect(ids(usableKept(afterProbe(remembered, url, true)))).toEqual(['web-1']);
  });
  test('give way to the pool they are from', () => {
    expect(afterPool(afterProbe(remembered, url, true), pool('e1'), [], 0).kept).toEqual([]);
  });
  test('stay where that pool was lost meanwhile', () => {
    const after = afterPool(afterProbe(remembered, url, true), pool('e2', 1), [], 0);
    expect(ids(usableKept(after))).toEqual(['web-1']);
  });
});
