import { expect, test } from '@jest/globals';
import { judge, ours, oursSlow, type Row } from '../../scripts/bench/proxy/targets.ts';

const row = (contender: string, measure: Partial<Row>): Row => ({
  ...{ work: 'get-1k', cpuUs: 20, perSecond: 40_000, p50Ms: 1, p99Ms: 3, errors: 0 },
  ...measure,
  contender,
});

test('reaches what lies within its bounds', () => {
  const found = judge([row('haproxy', { cpuUs: 13, perSecond: 60_000 }), row(ours, { cpuUs: 20 })]);
  expect(found.missed).toEqual([]);
  expect(found.lines[0]).toBe('reached GET 1 KiB, ours: CPU for a request 1.54 x haproxy, at most 1.55 wanted');
});

test('misses what costs too much, comes too seldom or too late', () => {
  const rows = [row('haproxy', { cpuUs: 10, perSecond: 70_000, p99Ms: 1 }), row(ours, {})];
  expect(judge(rows).missed).toEqual([
    'GET 1 KiB, ours: CPU for a request 2.00 x haproxy, at most 1.55 wanted',
    'GET 1 KiB, ours: requests per second 0.57 x haproxy, at least 0.65 wanted',
    'GET 1 KiB, ours: p99 3.00 x haproxy, at most 2.00 wanted',
  ]);
});

test('holds the slow path against http-proxy with an agent, in every work', () => {
  const rows = [row('http-proxy-agent', { cpuUs: 90 }), row(oursSlow, { cpuUs: 100 })];
  const ofAMiB = rows.map((each) => ({ ...each, work: 'get-1m' }));
  expect(judge([...rows, ...ofAMiB]).missed).toEqual([
    'GET 1 KiB, ours-slow: CPU for a request 1.11 x http-proxy-agent, at most 1.03 wanted',
    'GET 1 MiB, ours-slow: CPU for a request 1.11 x http-proxy-agent, at most 1.03 wanted',
  ]);
});

test('judges nothing against somebody who was not measured', () => {
  expect(judge([row(ours, {})])).toEqual({ lines: [], missed: [] });
});

test('takes an error of ours for a miss, and of others for theirs', () => {
  expect(judge([row(ours, { errors: 2 }), row('fast-proxy', { errors: 7 })]).missed).toEqual([
    'GET 1 KiB, ours: 2 errors',
  ]);
});
