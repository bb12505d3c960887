import { afterEach, expect, test } from '@jest/globals';
import { newWorld, type World } from '../../support/agent-world.ts';

let world: World;
afterEach(() => world.end());

/** How long an agent takes to end whose profiler owes an inspector for so long, and what it says of it. */
const ended = async (owedMs: number, ...left: readonly string[]) => {
  world = await newWorld({ evidence: true });
  const { start, terminate, profiler, log } = world.node('web-1');
  start();
  await world.untilState('web-1', 'serving');
  profiler.owe(owedMs, ...left);
  const beganMs = world.clock.monotonicMs();
  await terminate();
  const said = log.filter(({ event }) => event === 'inspector-left-open').map(({ fields }) => fields['because']);
  return { tookMs: world.clock.monotonicMs() - beganMs, said };
};

test('an agent that ends waits for an inspector that opens late because of it', async () => {
  const { tookMs, said } = await ended(800);
  expect(tookMs).toBeGreaterThanOrEqual(800);
  expect(said).toEqual([]);
});

test('and no longer than two seconds: what may be open then is told', async () => {
  const { tookMs, said } = await ended(30_000);
  expect(tookMs).toBeLessThanOrEqual(2_500);
  expect(said).toEqual([expect.stringContaining('may open its inspector yet')]);
});

test('what could not be closed is told, and nothing is waited for where nothing is owed', async () => {
  const { tookMs, said } = await ended(0, 'node app.js (pid 7) was asked and has not closed it');
  expect(tookMs).toBeLessThan(500);
  expect(said).toEqual(['node app.js (pid 7) was asked and has not closed it']);
});
