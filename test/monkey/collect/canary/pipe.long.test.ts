/*
 * The whole pipe with real ends: our sink over UDP, Debian's carbon, Debian's graphite-web. Debian has no statsd; in its
 * place stands a listener that keeps the last value of each gauge and hands all of them to carbon's plaintext port again
 * and again, with a new time, as statsd does at each flush.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import { graphitePlace } from '../../../../monkey/collect/canary/place.ts';
import { readCanary } from '../../../../monkey/collect/canary/read.ts';
import { canaryName, canaryStatsdLine } from '../../../../monkey/collect/canary/value.ts';
import { canaryWatch } from '../../../../monkey/collect/canary/watch.ts';
import { udpSink } from '../../../../monkey/collect/send/udp-sink.ts';
import { valuesAt } from '../../../../monkey/probe/json-path.ts';
import { eventually } from '../../../support/eventually.ts';
import { testUnless } from '../../../support/unless.ts';
import { readDatagram } from '../statsd-reader.ts';
import { type Graphite, startGraphite, unpackGraphite } from './graphite.ts';

const unpacked = await unpackGraphite();
const missing = 'missing' in unpacked ? unpacked.missing : undefined;

/** A listener with a flush, see above. */
const likeStatsd = async (graphite: Graphite, everyMs: number) => {
  const gauges = new Map<string, number>();
  const socket = createSocket('udp4');
  socket.on('message', (bytes) => {
    for (const { name, value } of readDatagram(bytes)) gauges.set(name, value);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const flush = (): void => {
    // What carbon does not take is lost, as with statsd.
    for (const [name, value] of gauges) graphite.plaintext(`stats.gauges.${name}`, value).catch(() => undefined);
  };
  const timer = setInterval(flush, everyMs);
  const close = async (): Promise<void> => {
    clearInterval(timer);
    const closed = once(socket, 'close');
    socket.close();
    await closed;
  };
  return { port: socket.address().port, close };
};

describe('the canary through carbon and graphite-web', () => {
  let graphite: Graphite;
  beforeAll(async () => {
    if ('missing' in unpacked) return;
    graphite = await startGraphite(unpacked.root, unpacked.folder);
    await graphite.startCarbon();
  }, 90_000);
  afterAll(async () => {
    if ('missing' in unpacked) return;
    await graphite.close();
    await rm(unpacked.folder, { recursive: true, force: true });
  });

  const withinMs = 10_000;
  /** A collector's rounds, as short as the test can have them: send, look, and keep what was told. */
  const rounds = (port: number) => {
    const place = graphitePlace(graphite.url, canaryName('memory_usage', 'web-1.test'), withinMs);
    if (place.kind === 'refused') throw new Error(place.because);
    const sink = udpSink({ to: { host: '127.0.0.1', port } });
    const watch = canaryWatch({ read: (signal) => readCanary(place, valuesAt, signal), withinMs, nowMs: Date.now });
    const told: string[] = [];
    const round = async (sending = true): Promise<string> => {
      const signal = AbortSignal.timeout(20_000);
      if (sending) await sink.send([canaryStatsdLine('memory_usage', 'web-1.test', Date.now())], signal);
      watch.sent();
      const { verdict, announcement } = await watch.look(signal);
      if (announcement !== null) told.push(`${announcement.kind}: ${announcement.text}`);
      return verdict.kind;
    };
    return { told, round, close: () => sink.close() };
  };

  testUnless(missing)(
    'is fresh while the pipe works, an alarm when carbon dies, and back with it',
    async () => {
      const statsd = await likeStatsd(graphite, 500);
      const { told, round, close } = rounds(statsd.port);
      try {
        await eventually('fresh', async () => (await round()) === 'fresh', 60_000);
        expect(told).toEqual([]);
        await graphite.killCarbon();
        await eventually('stale', async () => (await round()) === 'stale', 60_000);
        expect(await round()).toBe('stale');
        expect(told).toEqual([
          expect.stringMatching(/^alarm: the canary is stale: its newest value .* s old, more than 10 s/),
        ]);
        await graphite.startCarbon();
        await eventually('fresh again', async () => (await round()) === 'fresh', 60_000);
        expect(told.slice(1)).toEqual([expect.stringMatching(/^recovered: the canary is back/)]);
      } finally {
        await close();
        await statsd.close();
      }
    },
    240_000,
  );

  testUnless(missing)(
    'is stale too where statsd repeats the last value for ever and nothing new comes in',
    async () => {
      const statsd = await likeStatsd(graphite, 500);
      const { told, round, close } = rounds(statsd.port);
      try {
        await eventually('fresh', async () => (await round()) === 'fresh', 60_000);
        await eventually('stale', async () => (await round(false)) === 'stale', 60_000);
        expect(told).toEqual([expect.stringContaining('alarm: the canary is stale')]);
      } finally {
        await close();
        await statsd.close();
      }
    },
    240_000,
  );
});
