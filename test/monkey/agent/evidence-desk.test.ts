import { expect, test } from '@jest/globals';
import { newEvidenceDesk } from '../../../monkey/agent/evidence-desk.ts';
import { newProfiling } from '../../../monkey/agent/profiling.ts';
import type { Evidence } from '../../../monkey/doctor/ports/evidence.ts';
import type { LineSource } from '../../../monkey/doctor/ports/lines.ts';
import type { NotCaptured } from '../../../monkey/doctor/ports/profiler.ts';
import { fakeProfiler } from '../../../monkey/flame/fake-profiler.ts';
import { fakeEvidence } from '../../../monkey/host/fake-evidence.ts';
import type { PoolStore } from '../../../pool/store.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const busy = { pid: 7, command: 'node', cpuShare: 1, rssBytes: 1_000_000 };

const opened = (
  keepEvidence: PoolStore['keepEvidence'],
  baseline: PoolStore['baseline'] = async () => undefined,
  parts: { readonly kernelLog?: LineSource } = {},
) => {
  const clock = virtualClock();
  const profiler = fakeProfiler(clock);
  const store = { baseline, keepEvidence } as Partial<PoolStore> as PoolStore;
  const given = {
    parts: { evidence: fakeEvidence({ topByCpu: [busy] }), store, ...parts },
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

test('what could not be compared with a healthy node is no sign of a bug', async () => {
  const of = async (baseline: PoolStore['baseline']) => {
    const { clock, desk, ask, profiler, collected } = opened(async () => undefined, baseline);
    profiler.shows({ 'dispatch /srv/app/dispatch.js:1:1': 400 });
    desk.begin({ ...ask, drain: 'd1' });
    await clock.run(6_000);
    return (await collected('d1'))?.profile?.fingerprint?.frame;
  };
  // That nobody has a healthy one is no reason: then there is nothing to compare with.
  expect(await of(async () => undefined)).toBe('dispatch, srv/app/dispatch.js');
  expect(await of(() => new Promise(() => undefined))).toBeUndefined();
  expect(
    await of(async () => {
      throw new Error('Redis is away');
    }),
  ).toBeUndefined();
});

test("that the kernel's log could not be read is told where nothing is kept that would say so", async () => {
  const because = 'dmesg: Operation not permitted';
  const kernelLog: LineSource = { read: async () => ({ kind: 'not-read', because }) };
  const told = async (how: 'well' | NotCaptured) => {
    const { clock, desk, ask, profiler, collected } = opened(async () => undefined, undefined, { kernelLog });
    profiler.behave(how);
    desk.begin({ ...ask, drain: 'd1' });
    await clock.run(6_000);
    return (await collected('d1'))?.missing;
  };
  expect(await told({ kind: 'not-captured', because: 'no perf' })).toEqual(['a profile: no perf', because]);
  expect(await told('well')).toEqual([]);
});
