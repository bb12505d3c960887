import { expect, test } from '@jest/globals';
import { newEvidenceDesk } from '../../../monkey/agent/evidence-desk.ts';
import { newProfiling } from '../../../monkey/agent/profiling.ts';
import type { Evidence } from '../../../monkey/doctor/ports/evidence.ts';
import { fakeProfiler } from '../../../monkey/flame/fake-profiler.ts';
import { fakeEvidence } from '../../../monkey/host/fake-evidence.ts';
import type { PoolStore } from '../../../pool/store.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const busy = { pid: 7, command: 'node', cpuShare: 1, rssBytes: 1_000_000 };

const opened = (keepEvidence: PoolStore['keepEvidence']) => {
  const clock = virtualClock();
  const profiler = fakeProfiler(clock);
  const store = { baseline: async () => undefined, keepEvidence } as Partial<PoolStore> as PoolStore;
  const given = {
    parts: { evidence: fakeEvidence({ topByCpu: [busy] }), store },
    ...{ options: { service: 'meow', poolDeadlineMs: 2_000 }, self: { id: 'web-1' } },
    profiling: newProfiling(profiler, clock),
    memory: { told: () => undefined },
  };
  const desk = newEvidenceDesk(given, clock, new AbortController().signal);
  const ask = { incident: 'inc-1', finding: 'cpu', deadlineMs: 10_000, profile: { seconds: 5, hz: 99 } };
  const collected = async (drain: string): Promise<Evidence | undefined> => {
    const had: (Evidence | undefined)[] = [];
    void desk.collect(drain).then((evidence) => had.push(evidence));
    await clock.until(() => had.length > 0, 1_000, 'the evidence');
    return had[0];
  };
  return { clock, desk, ask, profiler, collected };
};

test('what was found is told although Redis takes too long to keep the rest', async () => {
  const { clock, desk, ask, collected } = opened(() => new Promise(() => undefined));
  desk.begin({ ...ask, drain: 'd1' });
  await clock.run(6_000);
  expect(await collected('d1')).toMatchObject({
    topByCpu: [busy],
    profile: { samples: 1 },
    missing: ['stacks and logs were not kept in time'],
  });
});

test('a Redis that keeps nothing is told, and what was found with it', async () => {
  const { clock, desk, ask, collected } = opened(async () => {
    throw new Error('out of memory');
  });
  desk.begin({ ...ask, drain: 'd1' });
  await clock.run(6_000);
  const evidence = await collected('d1');
  expect(evidence).toMatchObject({ profile: {}, missing: ['stacks and logs could not be kept: out of memory'] });
  expect(evidence).not.toHaveProperty('kept');
});

test('is taken once for a drain, and not told for another one', async () => {
  const { clock, desk, ask, profiler, collected } = opened(async () => undefined);
  desk.begin({ ...ask, drain: 'd1' });
  desk.begin({ ...ask, drain: 'd1' });
  await clock.run(6_000);
  expect(profiler.asked).toHaveLength(1);
  expect(await collected('d2')).toBeUndefined();
  expect(await collected('d1')).toMatchObject({ kept: ['profile'], missing: [] });
});
