import { expect, test } from '@jest/globals';
import { parseStat } from '../../../../monkey/host/proc/stat.ts';
import { treeOf } from '../../../../monkey/host/proc/tree.ts';
import { type RecordedProcess, statLine } from '../../../support/recorded-kernel.ts';

const table = (...processes: readonly RecordedProcess[]) =>
  new Map(processes.map((process) => [process.pid, parseStat(statLine(process))!]));
const pids = (members: ReadonlyMap<number, unknown>) => [...members.keys()].sort((a, b) => a - b);

test('holds a process, its children and theirs, and nobody else', () => {
  const { members } = treeOf(
    table({ pid: 10 }, { pid: 11, parent: 10 }, { pid: 12, parent: 11 }, { pid: 20 }, { pid: 21, parent: 20 }),
    [10],
  );
  expect(pids(members)).toEqual([10, 11, 12]);
});

test('keeps a child that was given to init, by its process group or its session', () => {
  const { members } = treeOf(
    table({ pid: 10 }, { pid: 11, parent: 1, group: 10 }, { pid: 12, parent: 1, session: 10 }, { pid: 13, parent: 1 }),
    [10],
  );
  expect(pids(members)).toEqual([10, 11, 12]);
});

test('does not take in the terminal that it was started from', () => {
  const { members } = treeOf(
    table(
      { pid: 5, group: 5, session: 5 },
      { pid: 6, group: 5, session: 5 },
      { pid: 10, parent: 5, group: 5, session: 5 },
    ),
    [10],
  );
  expect(pids(members)).toEqual([10]);
});

test('remembers a group whose leader has ended, until the last of the group has', () => {
  const root = { pid: 10 };
  const before = treeOf(table(root, { pid: 11, parent: 10, group: 11 }, { pid: 12, parent: 11, group: 11 }), [10]);
  const orphaned = treeOf(table(root, { pid: 12, parent: 1, group: 11, session: 3 }), [10], before.led);
  expect(pids(orphaned.members)).toEqual([10, 12]);
  const gone = treeOf(table(root), [10], orphaned.led);
  expect(gone.led.has(11)).toBe(false);
});

test('is empty where its root is not running, and ends where processes claim to be their own parents', () => {
  expect(treeOf(table({ pid: 10 }), [99]).members.size).toBe(0);
  expect(pids(treeOf(table({ pid: 10, parent: 11 }, { pid: 11, parent: 10 }), [10]).members)).toEqual([10, 11]);
});
