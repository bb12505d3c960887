import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { SampleCpu } from '../../../../monkey/host/vitals/host-cpu.ts';
import { hostVitals } from '../../../../monkey/host/vitals/host-vitals.ts';
import { silentLog } from '../../../../pool/log.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import { type RecordedKernel, recordedKernel } from '../../../support/recorded-kernel.ts';

let kernel: RecordedKernel;
beforeEach(() => {
  kernel = recordedKernel();
});
afterEach(() => kernel.remove());

const measure = (
  sampleCpu: SampleCpu,
  limits: { deadlineMs: number; signal?: AbortSignal } = { deadlineMs: 5_000 },
) => {
  const options = { cpu: { source: 'host' }, sampleCpu, ...kernel } as const;
  return hostVitals(options, { clock: manualClock(), log: silentLog }).measure(limits);
};

test('is what os-utils says, at the first call as well, because it samples within the call', async () => {
  const { cpu } = await measure((done) => setImmediate(() => done(0.42)));
  expect(cpu).toMatchObject({ kind: 'measured', share: 0.42, source: 'host' });
});

test.each([Number.NaN, -0.01, 1.2, Number.POSITIVE_INFINITY])('takes %p for no share', async (nonsense) => {
  const { cpu } = await measure((done) => done(nonsense));
  expect(cpu).toMatchObject({ kind: 'unknown', because: expect.stringContaining(String(nonsense)) });
});

test('is unknown when no answer comes in time, and the rest is told all the same', async () => {
  const { cpu, memory, uptimeSeconds } = await measure(() => undefined, { deadlineMs: 20 });
  expect(cpu).toMatchObject({ kind: 'unknown' });
  expect(memory).toEqual({ kind: 'measured', usedShare: 0.25, totalBytes: 8_192_000_000 });
  expect(uptimeSeconds).toBe(100);
});

test('is unknown as soon as it is stopped', async () => {
  const stop = new AbortController();
  const asked = measure(() => setImmediate(() => stop.abort()), { deadlineMs: 60_000, signal: stop.signal });
  expect((await asked).cpu).toMatchObject({ kind: 'unknown' });
});

test('says which file is missing for the memory', async () => {
  kernel.proc('meminfo', 'MemTotal: 5 kB\n');
  expect((await measure((done) => done(0))).memory).toMatchObject({
    kind: 'unknown',
    because: expect.stringContaining('MemAvailable'),
  });
});
