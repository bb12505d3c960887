import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type PushOptions, pushOwn } from '../../../monkey/collect/push-own.ts';
import { fakeProcessList } from '../../../monkey/host/fake-process-list.ts';
import { eventually } from '../../support/eventually.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A real listener; the second one takes the first one's port. */
const listen = async (port = 0) => {
  const socket = createSocket('udp4');
  const lines: string[] = [];
  socket.on('message', (bytes) => lines.push(...bytes.toString().split('\n')));
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  let open = true;
  const close = async (): Promise<void> => {
    if (!open) return;
    open = false;
    const closed = once(socket, 'close');
    socket.close();
    await closed;
  };
  closing.push(close);
  return { port: socket.address().port, lines, close };
};

const pushing = async (statsd: string, more: Partial<PushOptions> = {}, random = 0) => {
  const clock = virtualClock();
  const processes = fakeProcessList();
  processes.set([
    { pid: 7, command: 'tmux: server', rssBytes: 2_048, vszBytes: 4_096 },
    { pid: 8, command: 'app', rssBytes: 1_024, vszBytes: 8_192 },
    { pid: 9, command: 'app', rssBytes: 1_024, vszBytes: 8_192 },
  ]);
  const said: string[] = [];
  const tell = (event: string, fields: object = {}): void => {
    said.push(`${event} ${JSON.stringify(fields)}`);
  };
  const end = new AbortController();
  const options: PushOptions = {
    ...{ statsd, intervalMs: 60_000, by: 'pid', prefix: 'memory_usage', format: 'statsd', datagramBytes: 1_432 },
    host: 'web.1',
    ...more,
  };
  const log = { info: tell, warn: tell, error: tell };
  const ended = pushOwn(options, { processes, clock, log, random: () => random }, end.signal);
  closing.push(() => {
    end.abort();
    return ended;
  });
  // The first round is due at once where nothing delays it.
  await clock.run(1);
  return { clock, processes, said, end, ended };
};

test('every process of this node arrives at a real listener, round after round', async () => {
  const statsd = await listen();
  const { clock, processes, said } = await pushing(`127.0.0.1:${statsd.port}`);
  await eventually('six metrics', () => statsd.lines.length === 6);
  expect(statsd.lines).toEqual([
    'memory_usage.web-1.app.8.rss:1|g',
    'memory_usage.web-1.app.8.vss:8|g',
    'memory_usage.web-1.app.9.rss:1|g',
    'memory_usage.web-1.app.9.vss:8|g',
    'memory_usage.web-1.tmux__server.7.rss:2|g',
    'memory_usage.web-1.tmux__server.7.vss:4|g',
  ]);
  processes.set([{ pid: 8, command: 'app', rssBytes: 5_120, vszBytes: 8_192 }]);
  await eventually('the next round', async () => {
    await clock.run(60_000);
    return statsd.lines.includes('memory_usage.web-1.app.8.rss:5|g');
  });
  expect(said).toEqual([]);
});

test('added up by command, with tags, and called as the configuration says', async () => {
  const statsd = await listen();
  await pushing(`127.0.0.1:${statsd.port}`, { by: 'command', format: 'dogstatsd', prefix: 'prod.mem', host: 'shop' });
  await eventually('six metrics', () => statsd.lines.length === 6);
  expect(statsd.lines.slice(0, 3)).toEqual([
    'prod.mem.rss:2|g|#host:shop,command:app',
    'prod.mem.vss:16|g|#host:shop,command:app',
    'prod.mem.count:2|g|#host:shop,command:app',
  ]);
});

test('a fleet that was started at once is spread over a pause', async () => {
  const statsd = await listen();
  const { clock, processes } = await pushing(`127.0.0.1:${statsd.port}`, {}, 0.5);
  await clock.run(29_000);
  expect(processes.reads()).toBe(0);
  await clock.run(2_000);
  expect(processes.reads()).toBe(1);
});

describe('what goes wrong is told once, and once that it is over:', () => {
  test('a statsd that nobody listens at, and that comes back', async () => {
    const first = await listen();
    await first.close();
    const { clock, said } = await pushing(`127.0.0.1:${first.port}`);
    await eventually('the first warning', () => said.length > 0);
    for (let round = 0; round < 3; round += 1) await clock.run(60_000);
    const second = await listen(first.port);
    await eventually('the return', async () => {
      await clock.run(60_000);
      return second.lines.length > 0 && said.length > 1;
    });
    expect(said).toEqual([
      expect.stringMatching(/^metrics-not-sent .*nobody listens at 127\.0\.0\.1/),
      expect.stringMatching(/^metrics-sent-again /),
    ]);
  });

  test('an address that the kernel refuses, at which it goes on trying', async () => {
    const { clock, processes, said, end, ended } = await pushing('255.255.255.255');
    await eventually('three rounds', async () => {
      await clock.run(60_000);
      return processes.reads() >= 3;
    });
    end.abort();
    await ended;
    expect(said).toEqual([expect.stringMatching(/^metrics-not-sent .*no way to 255\.255\.255\.255/)]);
  });

  test('processes that cannot be read', async () => {
    const statsd = await listen();
    const { clock, processes, said } = await pushing(`127.0.0.1:${statsd.port}`, {}, 0.5);
    processes.fail('no /proc');
    await clock.run(200_000);
    expect(said).toEqual([expect.stringContaining('the processes could not be read: no /proc')]);
  });

  test('an address that is none ends it, and throws nothing', async () => {
    const { ended, said } = await pushing('http://statsd');
    await ended;
    expect(said).toEqual([expect.stringContaining('is a URL')]);
  });
});

test('it ends with its signal, in the middle of a pause as well', async () => {
  const statsd = await listen();
  const { end, ended } = await pushing(`127.0.0.1:${statsd.port}`);
  await eventually('a metric', () => statsd.lines.length > 0);
  end.abort();
  await ended;
  const late = await pushing(`127.0.0.1:${statsd.port}`, {}, 0.9);
  late.end.abort();
  await late.ended;
  expect(late.processes.reads()).toBe(0);
});

describe('two agents of one machine', () => {
  const byCommand = { by: 'command' as const };

  test('do not overwrite each other: the second one says what to do, and takes over when the first one ends', async () => {
    const statsd = await listen();
    const to = `127.0.0.1:${statsd.port}`;
    const first = await pushing(to, byCommand);
    await eventually('the first one sends', () => statsd.lines.length > 0);
    const second = await pushing(to, byCommand);
    await eventually('the second one says something', () => second.said.length > 0);
    expect(second.said).toEqual([
      expect.stringMatching(
        /^metrics-not-sent .*another agent of this machine .* as web\.1, .* collect\.host of its own/,
      ),
    ]);
    first.end.abort();
    await first.ended;
    const before = statsd.lines.length;
    await second.clock.run(60_000);
    await eventually('the second one sends', () => statsd.lines.length > before);
    await eventually('and says so', () => second.said.length === 2);
    expect(second.said[1]).toMatch(/^metrics-sent-again /);
  });

  test.each([
    ['with names of their own', byCommand, { ...byCommand, host: 'web.2' }],
    ['by pid', {}, {}],
    ['of which one sends by pid', byCommand, {}],
    ['with another prefix', byCommand, { ...byCommand, prefix: 'mem' }],
  ])('%s both send', async (_what, one, other) => {
    const statsd = await listen();
    const to = `127.0.0.1:${statsd.port}`;
    const first = await pushing(to, one);
    await eventually('the first one sends', () => statsd.lines.length > 0);
    const before = statsd.lines.length;
    const second = await pushing(to, other);
    await eventually('the second one sends', () => statsd.lines.length > before);
    expect([first.said, second.said]).toEqual([[], []]);
  });
});
