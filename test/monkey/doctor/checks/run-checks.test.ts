import { expect, test } from '@jest/globals';
import { type RunChecks, runChecks } from '../../../../monkey/doctor/checks/run-checks.ts';
import type { CheckResult, Probe } from '../../../../monkey/doctor/ports/probe.ts';
import { fakeProbe } from '../../../../monkey/probe/fake-probe.ts';
import type { CheckOrder } from '../../../../pool/policy.ts';
import { manualClock } from '../../../support/manual-clock.ts';

const content: CheckOrder = { kind: 'content', path: '/', minBytes: 1 };
const status: CheckOrder = { kind: 'status', path: '/', status: 200 };
const target = { url: 'http://10.0.0.7:8080' };

const setting = (more: Partial<RunChecks> = {}) => {
  const clock = manualClock();
  const probe = fakeProbe();
  const run: RunChecks = { probe, clock, deadlineMs: 10_000, everyMs: 1_000, timeoutMs: 2_000, ...more };
  return { clock, probe, run };
};

test('is done after the first pass where all checks pass', async () => {
  const { clock, probe, run } = setting();
  const outcome = await runChecks([content, status], target, run);
  expect(outcome).toMatchObject({ ok: true, because: 'all 2 checks passed' });
  expect(outcome.results.map(({ name }) => name)).toEqual(['content', 'status']);
  expect([probe.tries(), clock.slept()]).toEqual([2, []]);
});

test('fails without checks: nothing would have been proven', async () => {
  const { probe, run } = setting();
  expect(await runChecks([], target, run)).toEqual({ ok: false, results: [], because: 'there are no checks to pass' });
  expect(probe.tries()).toBe(0);
});

test('tries again until all have passed', async () => {
  const { clock, probe, run } = setting();
  probe.fail('status', '503, 200 expected');
  const sleep = async (ms: number) => {
    await clock.sleep(ms);
    if (clock.slept().length === 3) probe.fail('status', undefined);
  };
  const outcome = await runChecks([content, status], target, { ...run, clock: { ...clock, sleep } });
  expect(outcome.ok).toBe(true);
  expect([probe.tries(), clock.slept()]).toEqual([8, [1_000, 1_000, 1_000]]);
});

test('tells of each pass that was not enough as it ends', async () => {
  const failed: string[] = [];
  const { probe, run } = setting({ deadlineMs: 1_500, onFailed: (because) => failed.push(because) });
  probe.fail('status', '503, 200 expected');
  await runChecks([content, status], target, run);
  expect(failed).toEqual(['status: 503, 200 expected', 'status: 503, 200 expected']);
});

test('does not add up passes of which none was whole', async () => {
  const { clock, run } = setting();
  let pass = 0;
  const probe: Probe = {
    check: async ({ kind }) => {
      if (kind === 'content') pass += 1;
      const ok = (pass % 2 === 0) === (kind === 'content');
      return { name: kind, ok, detail: 'seen', ms: 1 };
    },
  };
  expect((await runChecks([content, status], target, { ...run, clock, probe })).ok).toBe(false);
  expect(pass).toBe(11);
});

test('gives up at the deadline and says what was wrong with each of the last pass', async () => {
  const { clock, probe, run } = setting({ deadlineMs: 2_500 });
  probe.fail('content', 'connection refused by 10.0.0.7:8080');
  probe.fail('status', 'connection refused by 10.0.0.7:8080');
  const { ok, results, because } = await runChecks([content, status], target, run);
  expect(ok).toBe(false);
  expect(results).toHaveLength(2);
  expect(because).toBe(
    'content: connection refused by 10.0.0.7:8080; status: connection refused by 10.0.0.7:8080 after 3 tries',
  );
  expect(clock.slept()).toEqual([1_000, 1_000]);
});

test('makes one pass where the deadline is nothing', async () => {
  const { probe, run } = setting({ deadlineMs: 0 });
  expect((await runChecks([content, status], target, run)).ok).toBe(true);
  probe.fail('content', 'wrong');
  expect((await runChecks([content, status], target, run)).because).toBe('content: wrong');
  expect(probe.tries()).toBe(4);
});

test('gives each try its own time, and hears of each result', async () => {
  const heard: CheckResult[] = [];
  const limits: number[] = [];
  const { clock, run } = setting({ onResult: (result) => heard.push(result) });
  const probe: Probe = {
    check: async ({ kind }, _target, { deadlineMs }) => {
      limits.push(deadlineMs);
      return { name: kind, ok: true, detail: 'fine', ms: 1 };
    },
  };
  await runChecks([content, status], target, { ...run, clock, probe });
  expect(limits).toEqual([2_000, 2_000]);
  expect(heard.map(({ name }) => name)).toEqual(['content', 'status']);
});

test('ends when it is stopped, with what it saw', async () => {
  const stop = new AbortController();
  const { clock, probe, run } = setting({ signal: stop.signal });
  probe.fail('content', 'wrong');
  const sleep = async () => stop.abort();
  const outcome = await runChecks([content], target, { ...run, clock: { ...clock, sleep } });
  expect(outcome).toMatchObject({ ok: false, because: 'stopped: content: wrong' });
  expect(outcome.results).toHaveLength(1);
  expect(probe.tries()).toBe(1);
});
