import { describe, expect, test } from '@jest/globals';
import { eachTick, type Late } from '../../../monkey/collect/ticks.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

/** Rounds of these lengths, at a tick of 60 s; the last length stands for all that follow. */
const started = (tookMs: readonly number[]) => {
  const clock = virtualClock();
  const stop = new AbortController();
  const begun: number[] = [];
  const late: Late[] = [];
  const round = async (): Promise<void> => {
    begun.push(clock.monotonicMs() / 1_000);
    await clock.sleep(tookMs[Math.min(begun.length, tookMs.length) - 1] ?? 0, stop.signal);
  };
  const options = { intervalMs: 60_000, clock, signal: stop.signal, onLate: (each: Late) => void late.push(each) };
  return { clock, stop, begun, late, ended: eachTick(round, options) };
};

describe('ticks', () => {
  test('begin at once and come at even distances, however long a round takes within one', async () => {
    const { clock, stop, begun, late, ended } = started([100, 40_000, 59_999, 1]);
    await clock.run(200_000);
    stop.abort();
    await ended;
    expect([begun, late]).toEqual([[0, 60, 120, 180], []]);
  });

  test('are missed while a round is under way, which is told; the next round waits for the next tick', async () => {
    const { clock, stop, begun, late, ended } = started([150_000, 60_000, 1]);
    await clock.run(300_000);
    stop.abort();
    await ended;
    expect(begun).toEqual([0, 180, 240, 300]);
    expect(late).toEqual([{ tookMs: 150_000, missedTicks: 2 }]);
  });

  test('end with the signal, also in the middle of a round, which is not told as late then', async () => {
    const { clock, stop, begun, late, ended } = started([1_000_000]);
    await clock.run(130_000);
    stop.abort();
    await ended;
    expect([begun, late, clock.sleeping()]).toEqual([[0], [], 0]);
  });
});
