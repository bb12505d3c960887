import { describe, expect, test } from '@jest/globals';
import type { CollectOptions } from '../../../../monkey/cli/collect/options.ts';
import { settingsOf } from '../../../../monkey/cli/collect/settings.ts';

const hosts = { hosts: ['a'], output: 'table' } as const;
const problemsOf = (options: Partial<CollectOptions>): readonly string[] =>
  settingsOf({ ...hosts, ...options }).problems;

describe('settings of collect', () => {
  test('are those of the original where nothing is said', () => {
    expect(settingsOf({ ...hosts, statsd: 'graphs' })).toEqual({
      problems: [],
      settings: {
        ...{ hosts: { kind: 'named', lists: ['a'], file: undefined }, prometheusFile: null, prefix: 'memory_usage' },
        statsd: { to: { host: 'graphs', port: 8125 }, format: 'statsd', datagramBytes: 1_432 },
        ...{ canary: null, by: 'pid', of: 'those-with-memory', top: null, once: false, json: false },
        ...{ intervalMs: 60_000, deadlineMs: 5_000, concurrency: 64 },
      },
    });
  });

  test.each([
    ['a pool that the configuration names', { pool: true, config: 'x.yaml' }, { config: 'x.yaml' }],
    ['a pool by its name', { pool: 'web', redis: 'redis://r' }, { redis: 'redis://r', pool: 'web' }],
  ] as const)('take the hosts of %s', (_what, options, expected) => {
    const { settings, problems } = settingsOf({ ...options, output: 'json' });
    expect([problems, settings.hosts, settings.json]).toEqual([[], { kind: 'pool', options: expected }, true]);
  });

  test.each<[Partial<CollectOptions>, RegExp]>([
    [{ interval: '60' }, /^--interval: "60" is not a duration from 1s to 1d, written like 30s$/],
    [{ interval: '10ms' }, /^--interval: /],
    [{ interval: '2d' }, /^--interval: /],
    [{ interval: '10s', once: true }, /^--interval is from round to round, and --once has one$/],
    [{ statsd: 'a', canary: true, graphite: 'x' }, /^--graphite: the canary is read back over http/],
    [{ statsd: 'a', canary: true, canaryUrl: 'x' }, /^--canary-url: /],
    [{ statsd: 'a', canary: true, canaryUrl: 'http://a', canaryPath: 'x' }, /^--canary-path: "x" is no JSONPath/],
    [
      { statsd: 'a', canary: true, canaryUrl: 'http://a', canaryPath: '$.data[' },
      /^--canary-path: "\$\.data\[" is no JSONPath: the \[ at character 7 is not closed; write it like '\$\.data/,
    ],
    [{ deadline: '0s' }, /^--deadline: "0s" is not a duration from 100ms to 5m/],
    [{ concurrency: '0' }, /^--concurrency: "0" is not a whole number from 1 to 1000$/],
    [{ concurrency: '1e3' }, /^--concurrency: /],
    [{ top: '-1' }, /^--top: "-1" is not a whole number/],
    [{ by: 'name' }, /^--by: "name" is not pid or command$/],
    [{ statsd: 'a', format: 'graphite' }, /^--format: "graphite" is not statsd or dogstatsd$/],
    [{ statsd: 'http://a' }, /^--statsd: "http:\/\/a" is a URL/],
    [{ statsd: 'a:99999' }, /^--statsd: port 99999/],
    [{ statsd: 'a', maxDatagram: '10' }, /^--max-datagram: "10" is no size/],
    [{ statsd: 'a', prefix: 'a b' }, /^--prefix: "a b" is no prefix/],
    [{ format: 'dogstatsd' }, /^--format only says how --statsd sends/],
    [{ maxDatagram: '500' }, /^--max-datagram only says/],
    [{ prefix: 'x' }, /^--prefix names what is sent/],
    [{ redis: 'redis://r' }, /^--redis only says where --pool is/],
    [{ config: 'x' }, /^--config only says where --pool is/],
    [{ pool: true }, /^--pool does not go with --hosts or --hosts-file$/],
  ])('refuse %j', (options, because) => {
    expect(problemsOf(options)).toEqual([expect.stringMatching(because)]);
  });

  test('tell all that is wrong together', () => {
    const { problems } = settingsOf({ output: 'table', interval: 'x', concurrency: 'y', statsd: ':' });
    expect(problems.map((problem) => problem.split(/[ :]/)[0])).toEqual([
      ...['no', '--interval', '--statsd', '--concurrency'],
    ]);
  });
});
