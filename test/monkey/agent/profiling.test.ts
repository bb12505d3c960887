import { beforeEach, expect, test } from '@jest/globals';
import { newProfiling, type Profiling } from '../../../monkey/agent/profiling.ts';
import type { Profiler } from '../../../monkey/doctor/ports/profiler.ts';
import { type FakeProfiler, fakeProfiler } from '../../../monkey/flame/fake-profiler.ts';
import { type VirtualClock, virtualClock } from '../../support/virtual-clock.ts';

let clock: VirtualClock;
let profiler: FakeProfiler;
let profiling: Profiling;
beforeEach(() => {
  clock = virtualClock();
  profiler = fakeProfiler(clock);
  profiling = newProfiling(profiler, clock);
});

type Kind = keyof Profiling;

const begin = (kind: Kind, seconds = 5) =>
  profiling[kind]({ seconds, hz: 99 }, { deadlineMs: seconds * 1_000 + 5_000 });
/** What both say when the second is begun while the first is taken. */
const both = async (first: Kind, second: Kind) => {
  const answer = begin(first);
  await clock.run(1_000);
  const later = begin(second);
  await clock.run(20_000);
  return Promise.all([answer, later]);
};

const whole = { kind: 'captured', seconds: 5 };
const cutFor = (because: string) => ({ kind: 'captured', cut: because });
const sickness = cutFor('the node fell sick, and evidence of that goes first');

test.each<[Kind, Kind, object, object]>([
  ['asked', 'evidence', sickness, whole],
  ['baseline', 'evidence', sickness, whole],
  ['baseline', 'asked', cutFor('a human asked for a profile, and that goes first'), whole],
  ['evidence', 'asked', whole, { kind: 'not-captured', because: expect.stringContaining('its node is sick') }],
  ['evidence', 'baseline', whole, { kind: 'not-captured', because: 'the profiler is at work' }],
  ['asked', 'baseline', whole, { kind: 'not-captured', because: 'the profiler is at work' }],
])('%s, then %s', async (first, second, one, other) => {
  const [answer, later] = await both(first, second);
  expect(answer).toMatchObject(one);
  expect(later).toMatchObject(other);
});

test.each<[Kind, Kind, object]>([
  ['asked', 'evidence', sickness],
  ['evidence', 'asked', { kind: 'not-captured' }],
])('evidence is whole where %s and %s wait for the end of the same baseline', async (first, second, human) => {
  const baseline = begin('baseline');
  await clock.run(1_000);
  const answers = { [first]: begin(first), [second]: begin(second) };
  await clock.run(20_000);
  await baseline;
  const evidence = await answers['evidence'];
  expect(evidence).toMatchObject(whole);
  expect(evidence).not.toHaveProperty('cut');
  expect(await answers['asked']).toMatchObject(human);
});

test('a profiler that hears nothing keeps evidence waiting for a moment only', async () => {
  profiler.behave('hangs');
  const hung = begin('asked', 60);
  await clock.run(2_000);
  profiler.behave('well');
  const told = begin('evidence');
  await clock.run(10_000);
  expect(await told).toMatchObject(whole);
  expect(await hung).toMatchObject({ kind: 'not-captured', because: expect.stringContaining('goes first') });
});

test('a minute of samples that takes its time to be read does not have the evidence refused', async () => {
  let isBusy = false;
  const slow: Profiler = {
    capture: async (ask, { signal }) => {
      if (isBusy) return { kind: 'not-captured', because: 'one at a time' };
      isBusy = true;
      const captured = await profiler.capture(ask, { deadlineMs: 70_000, ...(signal && { signal }) });
      if (signal?.aborted === true) await clock.sleep(2_000);
      isBusy = false;
      return captured;
    },
  };
  profiling = newProfiling(slow, clock);
  const [human, evidence] = await both('asked', 'evidence');
  expect(human).toMatchObject({ ...sickness, seconds: 1 });
  expect(evidence).toMatchObject(whole);
});

test('only evidence of a sick node may cost its app optimized code', async () => {
  for (const kind of ['evidence', 'baseline', 'asked'] as const) {
    const answer = begin(kind);
    await clock.run(20_000);
    await answer;
  }
  expect(profiler.asked.map(({ mayDeoptimize }) => mayDeoptimize)).toEqual([true, undefined, undefined]);
});
