import { expect, test } from '@jest/globals';
import { sayGoodbye } from '../../../proxy/workers/goodbye.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const stageOf = (isAway: () => boolean) => {
  const clock = virtualClock();
  const log = recordingLog();
  const tries: number[] = [];
  const forgetRouter = async (): Promise<void> => {
    tries.push(clock.monotonicMs());
    if (isAway()) throw new Error('Redis is away');
  };
  const stopping = new AbortController();
  const said = sayGoodbye('r-w1', { pools: [{ name: 'web', forgetRouter }], clock, log }, stopping.signal);
  return { clock, log, tries, said, stopping };
};

test('is said again a second later: the last report may have come after the first', async () => {
  const { clock, tries, said } = stageOf(() => false);
  await clock.run(10_000);
  await said;
  expect(tries).toEqual([0, 1_000]);
});

test('is tried until Redis is back, and that it cannot be said is told once', async () => {
  const { clock, tries, said, log } = stageOf(() => clock.monotonicMs() < 3_500);
  await clock.run(10_000);
  await said;
  expect(tries).toEqual([0, 1_000, 2_000, 3_000, 4_000, 5_000]);
  expect(log.events()).toEqual(['worker-not-forgotten']);
});

test('ends after ten minutes, when the controller has forgotten the router', async () => {
  const { clock, said, tries } = stageOf(() => true);
  await clock.run(601_000);
  await said;
  expect(tries.at(-1)).toBeLessThan(600_000);
});

test('ends with the proxy', async () => {
  const { said, stopping, tries } = stageOf(() => true);
  stopping.abort();
  await said;
  expect(tries).toEqual([0]);
});
