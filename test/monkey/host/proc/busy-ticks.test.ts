import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { busyTicks } from '../../../../monkey/host/proc/busy-ticks.ts';
import { parseStat } from '../../../../monkey/host/proc/stat.ts';
import { type RecordedProcess, statLine } from '../../../support/recorded-kernel.ts';

const beforeTicks = 5_000;
const table = (processes: readonly RecordedProcess[]) =>
  new Map(processes.map((process) => [process.pid, parseStat(statLine(process))!]));
const busy = (before: readonly RecordedProcess[], after: readonly RecordedProcess[]) =>
  busyTicks(table(before), table(after), beforeTicks);

test('counts what each process used since it was seen last', () => {
  expect(
    busy(
      [
        { pid: 1, ticks: 100 },
        { pid: 2, ticks: 50 },
      ],
      [
        { pid: 1, ticks: 130 },
        { pid: 2, ticks: 55 },
      ],
    ),
  ).toBe(35);
});

test('counts all of a process that started since', () => {
  expect(busy([{ pid: 1 }], [{ pid: 1 }, { pid: 2, parent: 1, ticks: 40, startTicks: beforeTicks + 10 }])).toBe(40);
});

test('does not count what a process used before it came into the tree', () => {
  expect(busy([{ pid: 1 }], [{ pid: 1 }, { pid: 2, parent: 1, ticks: 40_000, startTicks: 20 }])).toBe(0);
});

test('counts a child that began and ended in between, by what its parent inherited', () => {
  expect(busy([{ pid: 1, ticks: 10, childTicks: 5 }], [{ pid: 1, ticks: 12, childTicks: 75 }])).toBe(72);
});

test('counts a child that has ended since only for what it had not used when it was seen last', () => {
  const before = [{ pid: 1 }, { pid: 2, parent: 1, ticks: 900 }];
  expect(busy(before, [{ pid: 1, childTicks: 925 }])).toBe(25);
});

test('counts each tick of a family that ended once', () => {
  const before = [{ pid: 1 }, { pid: 2, parent: 1, ticks: 300, childTicks: 20 }, { pid: 3, parent: 2, ticks: 600 }];
  expect(busy(before, [{ pid: 1, childTicks: 300 + 20 + 600 + 7 }])).toBe(7);
});

test('loses a child that nobody waited for rather than count below nothing', () => {
  expect(busy([{ pid: 1 }, { pid: 2, parent: 1, ticks: 900 }], [{ pid: 1, ticks: 4 }])).toBe(4);
});

test('takes a number that was used again for another process', () => {
  const before = [{ pid: 1 }, { pid: 2, parent: 1, ticks: 900 }];
  expect(
    busy(before, [
      { pid: 1, childTicks: 900 },
      { pid: 2, parent: 1, ticks: 30, startTicks: beforeTicks + 1 },
    ]),
  ).toBe(30);
});

test('starts again where a counter has gone back', () => {
  expect(busy([{ pid: 1, ticks: 500, childTicks: 80 }], [{ pid: 1, ticks: 20, childTicks: 10 }])).toBe(0);
});

test('is never negative, and never more than all that the processes have used, whatever happens in between', () => {
  const process = fc.record({
    pid: fc.integer({ min: 1, max: 8 }),
    parent: fc.integer({ min: 0, max: 8 }),
    ticks: fc.integer({ min: 0, max: 1_000 }),
    childTicks: fc.integer({ min: 0, max: 1_000 }),
    startTicks: fc.integer({ min: 0, max: 2 * beforeTicks }),
  });
  fc.assert(
    fc.property(fc.array(process), fc.array(process), (before, after) => {
      const last = [...table(after).values()];
      const ticks = busy(before, after);
      expect(ticks).toBeGreaterThanOrEqual(0);
      expect(ticks).toBeLessThanOrEqual(last.reduce((sum, stat) => sum + stat.ticks + stat.childTicks, 0));
    }),
  );
});
