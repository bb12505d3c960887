import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import { freePort } from '../../../../infra/free-port.ts';
import { statsdLines } from '../../../../monkey/collect/format/statsd.ts';
import { gaugesOf } from '../../../../monkey/collect/gauges-of.ts';
import type { MetricSink } from '../../../../monkey/collect/metric-sink.ts';
import { type UdpSinkOptions, udpSink } from '../../../../monkey/collect/send/udp-sink.ts';
import { eventually } from '../../../support/eventually.ts';
import { answered, row } from '../rows.ts';
import { readDatagram } from '../statsd-reader.ts';

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const close = async (socket: Socket): Promise<void> => {
  const closed = once(socket, 'close');
  socket.close();
  await closed;
};

const listen = async (host = '127.0.0.1', port = 0) => {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  const datagrams: Buffer[] = [];
  socket.on('message', (bytes) => datagrams.push(bytes));
  socket.bind(port, host);
  await once(socket, 'listening');
  let open = true;
  const end = async (): Promise<void> => {
    if (open) await close(socket);
    open = false;
  };
  closing.push(end);
  return { port: socket.address().port, datagrams, close: end };
};

const sinkTo = (host: string, port: number, rest: Partial<UdpSinkOptions> = {}): MetricSink => {
  const sink = udpSink({ to: { host, port }, ...rest });
  closing.push(() => sink.close());
  return sink;
};

const never = new AbortController().signal;
const lines = (count: number, length = 100): string[] =>
  Array.from({ length: count }, (_, index) => `${'m'.repeat(length - 10)}${String(index).padStart(6, '0')}:1|g`);

describe('the way to statsd', () => {
  test('brings a whole round of many processes to a real listener, every line once and readable', async () => {
    const statsd = await listen();
    const processes = Array.from({ length: 1_500 }, (_, index) => row(index + 1, `tmux: server ${index % 7}`));
    const sent = statsdLines(gaugesOf([answered('web-1', processes)]));
    const result = await sinkTo('127.0.0.1', statsd.port).send(sent, never);
    expect(result).toMatchObject({ lines: 3_000, failedLines: 0, because: null });
    await eventually('every datagram', () => statsd.datagrams.length === result.datagrams);
    expect(Math.max(...statsd.datagrams.map(({ length }) => length))).toBeLessThanOrEqual(1_432);
    const read = statsd.datagrams.flatMap(readDatagram);
    expect(read.map(({ name, value }) => `${name}:${value}|g`).sort()).toEqual([...sent].sort());
  });

  test('does not overflow a listener that takes nothing in while a burst arrives', async () => {
    const statsd = await listen();
    const sink = sinkTo('127.0.0.1', statsd.port);
    const sending = sink.send(lines(24 * 14), never);
    // Nothing is read in this time, since this process is the listener too.
    const untilMs = performance.now() + 100;
    while (performance.now() < untilMs);
    expect(await sending).toMatchObject({ datagrams: 24, failedLines: 0, tooLong: 0 });
    await eventually('all 24', () => statsd.datagrams.length === 24);
  });

  test('drops a line that is too long, tells of it, and sends the others', async () => {
    const statsd = await listen();
    const sink = sinkTo('127.0.0.1', statsd.port, { datagramBytes: 64 });
    expect(await sink.send([`${'x'.repeat(70)}:1|g`, 'a:1|g'], never)).toEqual({
      ...{ lines: 1, datagrams: 1, failedLines: 1, tooLong: 1 },
      because: expect.stringContaining('longer than 64 bytes: xxx'),
    });
    await eventually('the other', () => statsd.datagrams.length === 1);
  });

  test('reaches a listener at IPv6', async () => {
    const statsd = await listen('::1');
    expect(await sinkTo('::1', statsd.port).send(['a:1|g'], never)).toMatchObject({ lines: 1, because: null });
    await eventually('it', () => statsd.datagrams.length === 1);
  });

  test('says that nobody listens, also with a single datagram, and finds who listens later', async () => {
    const port = await freePort();
    const sink = sinkTo('127.0.0.1', port);
    for (const count of [1, 100])
      expect(await sink.send(lines(count), never)).toEqual({
        ...{ lines: 0, datagrams: 0, failedLines: count, tooLong: 0 },
        because: `nobody listens at 127.0.0.1:${port} (UDP)`,
      });
    const back = await listen('127.0.0.1', port);
    expect(await sink.send(['a:1|g'], never)).toMatchObject({ lines: 1, because: null });
    await eventually('it', () => back.datagrams.length === 1);
  });
});

describe('an address to which the kernel knows no way', () => {
  // A socket must ask to be let to send to everybody: to connect to this address fails, as with a firewall or a lost route.
  test('fails every line with the reason, sending after sending, and ends when asked to', async () => {
    const sink = sinkTo('255.255.255.255', 8125);
    for (const count of [1, 100])
      expect(await sink.send(lines(count), never)).toEqual({
        ...{ lines: 0, datagrams: 0, failedLines: count, tooLong: 0 },
        because: expect.stringMatching(/^no way to 255\.255\.255\.255:8125: connect EACCES/),
      });
    await sink.close();
    expect(await sink.send(['a:1|g'], never)).toMatchObject({ failedLines: 1 });
  });

  test('is left as soon as its name means another', async () => {
    const statsd = await listen();
    const addresses = ['255.255.255.255', '127.0.0.1'];
    const lookup = async () => [{ address: addresses.shift() ?? '', family: 4 }];
    const sink = sinkTo('statsd.test', statsd.port, { lookup, addressHoldsMs: 0 });
    expect(await sink.send(['a:1|g'], never)).toMatchObject({ lines: 0, failedLines: 1 });
    expect(await sink.send(['a:1|g'], never)).toMatchObject({ lines: 1, failedLines: 0, because: null });
  });
});

describe('the name of the receiver', () => {
  test('is looked up again after a while, IPv4 first, and its last address is used on when nobody knows it any more', async () => {
    const statsd = await listen();
    let asked = 0;
    const lookup = async () => {
      asked += 1;
      if (asked > 1) throw new Error('getaddrinfo EAI_AGAIN statsd.test');
      return [
        { address: '::1', family: 6 },
        { address: '127.0.0.1', family: 4 },
      ];
    };
    const sink = sinkTo('statsd.test', statsd.port, { lookup, addressHoldsMs: 0 });
    expect(await sink.send(lines(100), never)).toMatchObject({ lines: 100, because: null });
    expect(await sink.send(['a:1|g'], never)).toMatchObject({
      ...{ lines: 1, failedLines: 0 },
      because: expect.stringContaining('its last address 127.0.0.1 was used'),
    });
    expect(asked).toBe(2);
  });

  test('is looked up once for all sendings of a round', async () => {
    const statsd = await listen();
    let asked = 0;
    const lookup = async () => {
      asked += 1;
      return [{ address: '127.0.0.1', family: 4 }];
    };
    const sink = sinkTo('statsd.test', statsd.port, { lookup });
    for (const line of ['a:1|g', 'b:1|g', 'c:1|g']) expect(await sink.send([line], never)).toMatchObject({ lines: 1 });
    expect(asked).toBe(1);
  });

  test('that nobody knows is told, and nothing is sent', async () => {
    const sink = sinkTo('nowhere.test', 8125, { lookup: async () => [] });
    expect(await sink.send(['a:1|g'], never)).toEqual({
      ...{ lines: 0, datagrams: 0, failedLines: 1, tooLong: 0, because: 'nowhere.test has no address' },
    });
  });
});

describe('an end', () => {
  test('by the signal leaves the rest unsent and counted', async () => {
    const statsd = await listen();
    const stop = new AbortController();
    const sending = sinkTo('127.0.0.1', statsd.port).send(lines(2_000), stop.signal);
    await eventually('a first datagram', () => statsd.datagrams.length > 0);
    stop.abort();
    const sent = await sending;
    expect(sent.lines + sent.failedLines).toBe(2_000);
    expect(sent.because).toContain('stopped before all was sent');
  });

  test('by closing ends what is being sent, and closes twice, and takes nothing more', async () => {
    const statsd = await listen();
    const sink = sinkTo('127.0.0.1', statsd.port);
    const sending = sink.send(lines(2_000), never);
    expect(await sink.send(['a:1|g'], never)).toMatchObject({ because: expect.stringContaining('still being sent') });
    await sink.close();
    await sink.close();
    expect((await sending).failedLines).toBeGreaterThan(0);
    expect(await sink.send(['a:1|g'], never)).toMatchObject({
      failedLines: 1,
      because: expect.stringContaining('closed'),
    });
  });
});
