import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dogstatsdLines } from '../../../../monkey/collect/format/dogstatsd.ts';
import { parsePrefix } from '../../../../monkey/collect/format/prefix.ts';
import { statsdLines } from '../../../../monkey/collect/format/statsd.ts';
import type { Gauge } from '../../../../monkey/collect/gauge.ts';
import { gaugesOf } from '../../../../monkey/collect/gauges-of.ts';
import { answered, row } from '../rows.ts';
import { readGauge } from '../statsd-reader.ts';

const gauge = (part: Partial<Gauge>): Gauge => ({
  ...{ host: 'web-1.example.org', command: 'cupsd', pid: 873, metric: 'rss', value: 9_216 },
  ...part,
});

/** Hosts and commands as people and kernels name them, and as nobody does. */
const command = fc.oneof(
  fc.constantFrom('tmux: server', 'kworker/0:1', 'Web Content', 'cupsd', '', 'a/b', 'a:b', 'a b', 'a_b', 'a.b'),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const host = fc.oneof(
  fc.constantFrom('a', 'a.b', 'a-b', '10.0.0.7', '::1', 'é'),
  fc.stringMatching(/^[a-z]{1,5}([.-][a-z]{1,3}){0,3}$/),
);
const answers = fc.array(
  fc.record({ host, commands: fc.array(command, { maxLength: 6 }) }).map(({ host: name, commands }) =>
    answered(
      name,
      commands.map((called, index) => row(index + 1, called)),
    ),
  ),
  { maxLength: 5 },
);

describe('lines of statsd', () => {
  test('are as the first collector wrote them', () => {
    expect(statsdLines([gauge({}), gauge({ metric: 'vss', value: 1 })])).toEqual([
      'memory_usage.web-1-example-org.cupsd.873.rss:9216|g',
      'memory_usage.web-1-example-org.cupsd.873.vss:1|g',
    ]);
  });

  test('name every process by its own host, command and pid, however alike the one before is', () => {
    const alike = [{}, { host: 'b' }, { host: 'b', command: 'sh' }, { host: 'b', command: 'sh', pid: 1 }];
    const added = { host: 'b', command: 'sh', pid: null };
    expect(statsdLines([...alike, added].map((part) => gauge({ ...part, value: 1 })))).toEqual([
      'memory_usage.web-1-example-org.cupsd.873.rss:1|g',
      'memory_usage.b.cupsd.873.rss:1|g',
      'memory_usage.b.sh.873.rss:1|g',
      'memory_usage.b.sh.1.rss:1|g',
      'memory_usage.b.sh.rss:1|g',
    ]);
  });

  test('have no pid where commands are added up, and the prefix that was asked for', () => {
    expect(statsdLines([gauge({ pid: null, metric: 'count', value: 3 })], { prefix: 'prod.mem' })).toEqual([
      'prod.mem.web-1-example-org.cupsd.count:3|g',
    ]);
  });

  test('never carry a sign, since that would change the last value instead of setting it', () => {
    const values = [-1, -0.4, -0, 0, 1.6, Number.NaN, Number.POSITIVE_INFINITY, 1e21];
    expect(statsdLines(values.map((value) => gauge({ value }))).map((line) => line.split(':')[1])).toEqual([
      ...['0|g', '0|g', '0|g', '2|g'],
    ]);
  });

  test('call a host the same whether or not the one answers that it could be mistaken for', () => {
    const hosts = ['a.b', 'a-b'];
    const both = statsdLines([gauge({ host: 'a-b' }), gauge({ host: 'a.b' })], { hosts });
    expect(statsdLines([gauge({ host: 'a.b' })], { hosts })).toEqual([both[1]]);
    expect(both[0]).toContain('.a-b.');
    expect(statsdLines([gauge({ host: 'a.b' })], { hosts: ['a.b'] })[0]).toContain('.a-b.');
    expect(statsdLines([gauge({ host: 'a.b' })], { hosts: ['a-b'] })).toEqual([both[1]]);
  });
});

describe('lines of DogStatsD', () => {
  test('name the metric, and in tags what it is of', () => {
    const gauges = [gauge({}), gauge({ command: 'tmux: server', pid: null, metric: 'count', value: 2 })];
    expect(dogstatsdLines(gauges, { prefix: 'my-mem' })).toEqual([
      'my_mem.rss:9216|g|#host:web-1.example.org,command:cupsd,pid:873',
      'my_mem.count:2|g|#host:web-1.example.org,command:tmux__server',
    ]);
  });
});

describe.each([
  ['statsd', statsdLines],
  ['DogStatsD', dogstatsdLines],
] as const)('whatever hosts and commands are called, of %s', (_, linesOf) => {
  test.each(['pid', 'command'] as const)('every line by %s is read as it was meant, and none stands for two', (by) => {
    fc.assert(
      fc.property(answers, (all) => {
        const gauges = gaugesOf(all, by);
        const read = linesOf(gauges).map(readGauge);
        expect(read.map(({ value }) => value)).toEqual(gauges.map(({ value }) => value));
        const series = read.map(({ name, tags }) => JSON.stringify([name, [...tags]]));
        expect(new Set(series).size).toBe(gauges.length);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a prefix', () => {
  test.each(['memory_usage', 'prod.memory-usage.v2'])('%s passes', (text) => {
    expect(parsePrefix(text)).toEqual({ kind: 'prefix', prefix: text });
  });
  test.each(['', '.a', 'a.', 'a..b', 'a b', 'a:b', '1a', 'é', 'a'.repeat(101)])('%j is refused', (text) => {
    expect(parsePrefix(text).kind).toBe('refused');
  });
});
