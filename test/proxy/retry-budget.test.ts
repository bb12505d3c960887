import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { retryBudget } from '../../proxy/retry-budget.ts';

const rules = { share: 0.2, window: 10_000, atLeast: 10 };

const granted = (budget: ReturnType<typeof retryBudget>, nowMs: number, asked: number): number =>
  Array.from({ length: asked }, () => budget.take(nowMs)).filter(({ kind }) => kind === 'granted').length;

test('always grants ten retries in ten seconds, however quiet it is', () => {
  expect(granted(retryBudget(rules), 0, 30)).toBe(10);
});

test('grants a fifth of the requests of the last ten seconds', () => {
  const budget = retryBudget(rules);
  for (let request = 0; request < 1_000; request += 1) budget.requestCame(request * 9);
  expect(granted(budget, 9_000, 500)).toBe(200);
});

test('says how much is spent when it refuses', () => {
  const budget = retryBudget(rules);
  granted(budget, 0, 10);
  expect(budget.take(0)).toEqual({ kind: 'exhausted', because: '10 of 10 retries are spent' });
});

test('forgets requests and retries once they have left the window', () => {
  const budget = retryBudget(rules);
  for (let request = 0; request < 1_000; request += 1) budget.requestCame(0);
  expect(granted(budget, 0, 500)).toBe(200);
  expect(granted(budget, 9_999, 500)).toBe(0);
  expect(granted(budget, 10_000, 500)).toBe(10);
});

test('is full again after a long silence', () => {
  const budget = retryBudget(rules);
  granted(budget, 0, 10);
  expect(granted(budget, 1_000_000_007, 30)).toBe(10);
});

test('never grants more than its rules in any window', () => {
  const step = fc.record({ afterMs: fc.nat(3_000), requests: fc.nat(40), asked: fc.nat(20) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const budget = retryBudget(rules);
      const requests: number[] = [];
      const retries: number[] = [];
      let nowMs = 0;
      for (const { afterMs, requests: came, asked } of steps) {
        nowMs += afterMs;
        for (let request = 0; request < came; request += 1) {
          budget.requestCame(nowMs);
          requests.push(nowMs);
        }
        const got = granted(budget, nowMs, asked);
        if (got === 0) continue;
        for (let retry = 0; retry < got; retry += 1) retries.push(nowMs);
        // The window ends on a slice's edge, a tenth of it wide: what surely counts are nine tenths.
        const recent = (times: readonly number[], ms: number) => times.filter((time) => time > nowMs - ms).length;
        expect(recent(retries, 9_000)).toBeLessThanOrEqual(Math.max(10, 0.2 * recent(requests, 10_000)));
      }
    }),
  );
});
