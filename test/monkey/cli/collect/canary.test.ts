import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import type { CollectOptions } from '../../../../monkey/cli/collect/options.ts';
import { openOutputs } from '../../../../monkey/cli/collect/outputs.ts';
import { settingsOf } from '../../../../monkey/cli/collect/settings.ts';
import { canaryStatsdLine } from '../../../../monkey/collect/canary/value.ts';
import { eventually } from '../../../support/eventually.ts';
import { hearingStatsd } from '../../../support/statsd.ts';
import { readDatagram } from '../../collect/statsd-reader.ts';

const given: CollectOptions = { hosts: ['a'], statsd: '127.0.0.1', output: 'table' };
const canary: CollectOptions = { ...given, canary: true, graphite: 'http://graphite' };

describe('the canary’s options', () => {
  test.each<[string, CollectOptions, string]>([
    ['without --canary', { ...given, canaryWithin: '5m' }, '--canary-within only says how --canary is read back'],
    ['with nowhere to read', { ...given, canary: true }, '--graphite URL or at --canary-url URL'],
    ['with two places', { ...canary, canaryUrl: 'http://a' }, 'give one of them'],
    ['with one round', { ...canary, once: true }, '--canary does not go with --once'],
    ['without gauges', { hosts: ['a'], output: 'table', canary: true, graphite: 'http://g' }, 'give --statsd too'],
    ['with a path of Graphite', { ...canary, canaryPath: '$.a' }, '--canary-path says where to look at --canary-url'],
    ['with no URL', { ...canary, graphite: 'graphite:80' }, '--graphite: the canary is read back over http://'],
    ['with no time', { ...canary, canaryWithin: 'soon' }, '--canary-within: "soon" is not a duration'],
  ])('%s are told', (_, options, because) => {
    expect(settingsOf(options).problems).toEqual([expect.stringContaining(because)]);
  });

  test('let it be as old as a round and 90 s, or as was said', () => {
    expect(settingsOf({ ...canary, interval: '30s' })).toMatchObject({
      problems: [],
      settings: { canary: { withinMs: 120_000 } },
    });
    expect(settingsOf({ ...canary, canaryWithin: '8m' }).settings.canary?.withinMs).toBe(480_000);
    expect(settingsOf(given).settings.canary).toBeNull();
  });
});

test('a round sends the canary after its gauges, reads back what has arrived, and says when it is lost and found', async () => {
  const seen = new Map<string, number>();
  const statsd = createSocket('udp4');
  statsd.on('message', (bytes) => {
    for (const { name, value } of readDatagram(bytes)) seen.set(`stats.gauges.${name}`, value);
  });
  statsd.bind(0, '127.0.0.1');
  await once(statsd, 'listening');
  let lost = false;
  const graphite = createServer(({ url = '' }, response) => {
    const value = seen.get(new URL(url, 'http://x').searchParams.get('target') ?? '');
    response.end(
      JSON.stringify(
        lost || value === undefined
          ? []
          : [
              {
                datapoints: [
                  [null, 1],
                  [value, 2],
                ],
              },
            ],
      ),
    );
  }).listen(0, '127.0.0.1');
  await once(graphite, 'listening');
  const { settings, problems } = settingsOf({
    ...{ ...canary, canaryWithin: '4s', statsd: `127.0.0.1:${statsd.address().port}` },
    graphite: `http://127.0.0.1:${(graphite.address() as AddressInfo).port}`,
  });
  expect(problems).toEqual([]);
  const outputs = openOutputs(settings);
  const signal = AbortSignal.timeout(60_000);
  const round = async () => (await outputs.begin([], signal).end({ asked: 0, failed: 0 })).canary;
  try {
    await eventually('fresh', async () => (await round())?.kind === 'fresh');
    expect([...seen.keys()]).toContain(`stats.gauges.memory_usage_canary.${hostname().replace(/\./g, '-')}`);
    lost = true;
    const told: (string | null)[] = [];
    await eventually('stale', async () => {
      const now = await round();
      told.push(now?.news?.text ?? null);
      return now?.kind === 'stale';
    });
    expect(told.filter((news) => news !== null)).toEqual([
      expect.stringContaining('the canary is stale: no value of it'),
    ]);
    lost = false;
    const back: (string | null)[] = [];
    await eventually('fresh again', async () => {
      const now = await round();
      if (now?.news) back.push(`${now.news.kind}: ${now.news.text}`);
      return now?.kind === 'fresh';
    });
    expect(back).toEqual([expect.stringContaining('recovered: the canary is back')]);
    expect((await round())?.news).toBeNull();
  } finally {
    await outputs.close();
    statsd.close();
    graphite.closeAllConnections();
    graphite.close();
  }
});

/** Rounds of a canary that is read back at a Graphite of this kind. */
const singing = async (statsd: string, answer: RequestListener) => {
  const graphite = createServer(answer).listen(0, '127.0.0.1');
  await once(graphite, 'listening');
  const { settings } = settingsOf({
    ...{ ...canary, statsd, interval: '8s', canaryWithin: '8s' },
    graphite: `http://127.0.0.1:${(graphite.address() as AddressInfo).port}`,
  });
  const outputs = openOutputs(settings);
  const stop = new AbortController();
  return {
    round: async () => (await outputs.begin([], stop.signal).end({ asked: 0, failed: 0 })).canary,
    end: async () => {
      stop.abort();
      await outputs.close();
      graphite.closeAllConnections();
      graphite.close();
    },
  };
};

test('a Graphite that hangs holds no round up, and is told with a later one', async () => {
  const statsd = await hearingStatsd();
  let asked = 0;
  const { round, end } = await singing(`127.0.0.1:${statsd.port}`, () => {
    asked += 1;
  });
  try {
    expect(await round()).toMatchObject({ kind: 'waiting', news: null });
    // Whoever waited would have heard that nobody answers.
    expect(await round()).toMatchObject({ kind: 'waiting', news: null });
    await eventually('it is asked', () => asked === 1);
    await eventually('it is told', async () => {
      const heard = await round();
      return heard?.kind === 'unreadable' && heard.because.includes('no answer within 2000 ms');
    });
  } finally {
    await end();
    await statsd.stop();
  }
});

test('a canary that was never handed over is not looked for', async () => {
  let asked = 0;
  const { round, end } = await singing('255.255.255.255', (_, response) => {
    asked += 1;
    response.end('[]');
  });
  try {
    for (let rounds = 0; rounds < 3; rounds += 1)
      expect(await round()).toEqual({ kind: 'waiting', because: 'it was not sent yet', news: null });
    expect(asked).toBe(0);
  } finally {
    await end();
  }
});

test('a canary is missed also where another line of the end never goes, being too long', async () => {
  const prefix = 'p'.repeat(100);
  const statsd = await hearingStatsd();
  const { settings } = settingsOf({
    ...{ ...canary, statsd: `127.0.0.1:${statsd.port}`, interval: '1s', canaryWithin: '1s', prefix },
    maxDatagram: String(canaryStatsdLine(prefix, hostname(), 0).length),
  });
  const outputs = openOutputs(settings);
  const { signal } = new AbortController();
  try {
    const { sent } = await outputs.begin([], signal).end({ asked: 1_000_000, failed: 1_000_000 });
    expect(sent).toMatchObject({ tooLong: 2 });
    await eventually('it is looked for', async () => {
      const { canary: heard } = await outputs.begin([], signal).end({ asked: 1_000_000, failed: 1_000_000 });
      return heard?.kind !== 'waiting' || !heard.because.includes('not sent');
    });
  } finally {
    await outputs.close();
    await statsd.stop();
  }
});
