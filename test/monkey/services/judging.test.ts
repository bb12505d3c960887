import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { byService, shortServices } from '../../../monkey/services/by-service.ts';
import { judge, type ServerLine } from '../../../monkey/services/judge.ts';
import { select } from '../../../monkey/services/select.ts';
import { spreadOf } from '../../../monkey/services/statistics.ts';
import { newTally } from '../../../monkey/services/tally.ts';

const thresholds = { cpuShare: 0.9, memoryShare: 0.8 };

const line = (address: string, rest: Partial<ServerLine> = {}): ServerLine => ({
  ...{ address, node: null, service: 'UserService', status: 'healthy', cpuShare: 0.5, memoryShare: 0.5, because: null },
  ...rest,
});

describe('whether a server is healthy', () => {
  const measured = (cpuShare: number, memoryShare: number) =>
    judge({ kind: 'measured', address: 'a', service: 'S', cpuShare, memoryShare }, thresholds);

  test('it is at its thresholds', () => {
    expect(measured(0.9, 0.8)).toEqual(line('a', { service: 'S', cpuShare: 0.9, memoryShare: 0.8 }));
  });

  test.each([
    [0.901, 0.1, 'CPU 90.1% is over 90%'],
    [0.1, 0.81, 'memory 81% is over 80%'],
    [1, 1, 'CPU 100% is over 90%, memory 100% is over 80%'],
  ])('it is not with CPU %d and memory %d', (cpu, memory, because) => {
    expect(measured(cpu, memory)).toMatchObject({ status: 'unhealthy', because });
  });

  test('nobody knows it of one of which a part could not be read, however hot the rest', () => {
    const half = judge(
      { kind: 'unknown', address: 'a', because: 'memory "x" is no percentage', cpuShare: 1 },
      thresholds,
    );
    expect(half).toMatchObject({
      status: 'unknown',
      cpuShare: 1,
      memoryShare: null,
      because: 'memory "x" is no percentage',
    });
  });

  test('a node that does not serve is not, however idle', () => {
    const out = judge({ kind: 'out', address: 'a', service: 'S', because: 'held: a look', cpuShare: 0 }, thresholds);
    expect(out).toMatchObject({ status: 'unhealthy', because: 'held: a look' });
  });
});

describe('the order of servers', () => {
  const lines = [
    line('10.0.0.10', { cpuShare: 0.2 }),
    line('10.0.0.9', { cpuShare: null, status: 'unknown' }),
    line('10.0.0.2', { service: 'AuthService', cpuShare: 0.7, status: 'unhealthy' }),
    line('10.0.0.1', { service: null, cpuShare: 0.2, status: 'unknown' }),
  ];
  const sorted = (...args: Parameters<typeof select> extends [unknown, ...infer Rest] ? Rest : never) =>
    select(lines, ...args).map(({ address }) => address);

  test('is by service and address, as people count, and last those of no service', () => {
    expect(sorted({})).toEqual(['10.0.0.2', '10.0.0.9', '10.0.0.10', '10.0.0.1']);
  });

  test('is by a column either way, with what is not known last, and ties as ever', () => {
    const cpu = (descending: boolean) => sorted({ order: { column: 'cpu', descending } });
    expect(cpu(false)).toEqual(['10.0.0.10', '10.0.0.1', '10.0.0.2', '10.0.0.9']);
    expect(cpu(true)).toEqual(['10.0.0.2', '10.0.0.10', '10.0.0.1', '10.0.0.9']);
    expect(sorted({ order: { column: 'status', descending: false } })[0]).toBe('10.0.0.2');
    expect(sorted({ order: { column: 'address', descending: true } })[0]).toBe('10.0.0.10');
  });

  test('is the same however they came', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(lines, { minLength: 4 }), fc.boolean(), (shuffled, descending) => {
        const order = { column: 'memory', descending } as const;
        expect(select(shuffled, { order })).toEqual(select(lines, { order }));
      }),
    );
  });
});

describe('how values are spread', () => {
  test('by hand', () => {
    expect(spreadOf([0.4, 0.1, 0.3, 0.2])).toEqual({ mean: 0.25, median: 0.25, p95: 0.4, min: 0.1, max: 0.4 });
    expect(spreadOf([0.3, 0.1, 0.2])).toMatchObject({ median: 0.2 });
    expect(spreadOf([])).toBeNull();
  });

  test('p95 is the 95th of 100 and the 19th of 20', () => {
    const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
    expect([100, 20, 21, 1].map((count) => spreadOf(upTo(count))?.p95)).toEqual([95, 19, 20, 1]);
  });

  test('a tally of any length tells the same to a tenth of a percent', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2_000 }), { minLength: 1 }), (tenths) => {
        const shares = tenths.map((value) => value / 1_000);
        const tally = newTally();
        for (const share of shares) tally.add(share);
        const { min, max, p95 } = spreadOf(shares) ?? { min: -1, max: -1, p95: -1 };
        expect(tally.told()).toEqual({ min, max, p95 });
      }),
    );
    expect(newTally().told()).toBeNull();
  });
});

describe('services', () => {
  const lines = [
    line('a'),
    line('b', { status: 'unhealthy', cpuShare: 0.99, because: 'hot' }),
    line('c', { status: 'unknown', cpuShare: null, memoryShare: null }),
    line('d', { service: 'AuthService', status: 'unhealthy', cpuShare: 1 }),
    line('e', { service: null, status: 'unknown', cpuShare: null, memoryShare: null }),
  ];

  test('count their servers, and spread what answered', () => {
    expect(byService(lines)).toMatchObject([
      { service: 'AuthService', healthy: 0, unhealthy: 1, unknown: 0, total: 1 },
      { service: 'UserService', healthy: 1, unhealthy: 1, unknown: 1, total: 3, cpu: { min: 0.5, max: 0.99 } },
      { service: null, healthy: 0, unknown: 1, total: 1, cpu: null },
    ]);
  });

  test('are short with fewer healthy servers than wanted, with none, and where there is none at all', () => {
    const short = (minHealthy: number, named?: string) =>
      shortServices(lines, { minHealthy, named }).map(({ service, healthy, total }) => [service, healthy, total]);
    expect(short(2)).toEqual([
      ['AuthService', 0, 1],
      ['UserService', 1, 3],
    ]);
    expect(short(1)).toEqual([['AuthService', 0, 1]]);
    expect(short(1, 'UserService')).toEqual([]);
    expect(short(1, 'GeoService')).toEqual([['GeoService', 0, 0]]);
  });
});
