import { afterEach, describe, expect, test } from '@jest/globals';
import { trackFrame } from '../../../monkey/cli/services/track-frame.ts';
import { newTrack } from '../../../monkey/services/track.ts';
import { cli, flags } from '../../support/cli.ts';
import { poolWith } from '../../support/pool-with.ts';
import { type Provider, provider, server } from '../../support/provider.ts';

const ending: Provider[] = [];
afterEach(async () => {
  for (const { stop } of ending.splice(0)) await stop();
});

/** Two servers of one service, of which one gets hotter each time it is asked, and one of another. */
const warming = async (onAsked: (times: number) => void = () => undefined) => {
  let times = 0;
  const started = await provider({
    a: (response) => {
      times += 1;
      response.end(JSON.stringify(server(`${times * 10}%`, '20%')));
      onAsked(times);
    },
    b: server('95%', '30%'),
    c: server('1%', '1%', 'Other'),
  });
  ending.push(started);
  return started;
};

const quick = ['--interval', '10ms'] as const;

describe('track', () => {
  test('adds rows where nobody looks, and tells the extents at the end', async () => {
    const { url, asked } = await warming();
    const { exit, out } = await cli(['track', 'UserService', ...quick, '--count', '3', '--inventory', url]);
    expect(exit).toBe(0);
    const lines = out.replaceAll(/\d\d:\d\d:\d\d/g, 'TT').split('\n');
    expect(lines.map((line) => line.replaceAll(/ +/g, ' '))).toEqual([
      'TIME ADDRESS SERVICE STATUS CPU MEMORY WHY',
      ...[10, 20, 30].flatMap((cpu) => [
        `TT a UserService healthy ${cpu}% 20%`,
        'TT b UserService unhealthy 95% 30% CPU 95% is over 90%',
      ]),
      '',
      'ADDRESS CPU MIN CPU P95 CPU MAX MEMORY MIN MEMORY P95 MEMORY MAX',
      'a 10% 30% 30% 20% 20% 20%',
      'b 95% 95% 95% 30% 30% 30%',
      '',
    ]);
    // Who is of another service is not asked again.
    expect(asked().filter((path) => path === '/c')).toHaveLength(1);
  });

  test('draws in place on a terminal, with a picture of each server', async () => {
    const { url } = await warming();
    const { out } = await cli(['track', 'UserService', ...quick, '--count', '9', '--inventory', url], { columns: 100 });
    const [last] = out.split('9 rounds');
    expect(last).toContain('▁▂▃▄▅▅▆▇█'.slice(1, 5));
    expect(out).toContain('\u001b[2K');
    expect(out).toContain('UserService\u001b[22m: 1 of 2 servers healthy · every 10ms');
    expect(out).toMatch(/9 rounds\n.*CPU MIN/);
  });

  test('ends with 0 on Ctrl-C, with the extents', async () => {
    const stop = new AbortController();
    const { url } = await warming((times) => (times === 3 ? stop.abort() : undefined));
    const args = ['track', 'UserService', ...quick, '--inventory', url, '--output', 'json'];
    const { exit, out } = await cli(args, { signal: stop.signal });
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect([exit, lines.map(({ kind }) => kind)]).toEqual([0, ['round', 'round', 'end']]);
    expect(lines[2]).toMatchObject({
      rounds: 2,
      servers: [{ address: 'a', cpu: { min: 0.1, max: 0.2, p95: 0.2 } }, { address: 'b' }],
    });
  });

  test('goes on when the provider goes away, says so, and ends with 3 where it stays away', async () => {
    const { url, stop } = await warming((times) => (times === 2 ? void stop() : undefined));
    ending.length = 0;
    const args = ['track', 'UserService', ...quick, '--count', '3', '--inventory', url, '--json'];
    const { exit, out } = await cli(args);
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(exit).toBe(3);
    expect(lines.map(({ kind }) => kind)).toEqual(['round', expect.any(String), 'away', 'end']);
    expect(lines[2].because).toMatch(/refuses the connection/);
  });

  test.each([
    ['csv', /^time,address,node,service,status,cpu,memory,why\r\n\S+Z,a,,UserService,healthy,10%,20%,\r\n/],
    [
      'markdown',
      /^\| time \| address .*\n\| --- .*\n\| \S+Z \| a \| {2}\| UserService .*\n.*\n\n\| address \| cpu_min \|/,
    ],
  ])('writes %s', async (format, shape) => {
    const { url } = await warming();
    const { out, err } = await cli(['track', 'UserService', '--count', '1', '--output', format, '--inventory', url]);
    expect(out).toMatch(shape);
    expect(err.includes('CPU MIN')).toBe(format === 'csv');
  });

  test('ends with 1 where no server is of the service', async () => {
    const { url } = await warming();
    expect(await cli(['track', 'Nothing', '--inventory', url])).toEqual({
      ...{ exit: 1, out: '', err: 'monkey: no server is of "Nothing"; there are Other, UserService\n' },
    });
  });

  test('tracks the nodes of a pool', async () => {
    const pool = await poolWith({ 'web-1': {} });
    const { exit, out } = await cli(['track', 'meow', ...quick, '--count', '2', '--json', ...flags], {
      server: pool.server,
    });
    const [first, , end] = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect([exit, first.servers[0].node, end.servers[0].cpu.max]).toEqual([0, 'web-1', 0.2]);
  });
});

describe('the frame of track', () => {
  test('fits into the window, with the worst servers in sight and in order', () => {
    const track = newTrack('S');
    const line = (index: number) => ({
      ...{ address: `10.0.0.${index}`, node: null, service: 'S', memoryShare: 0.1, because: null },
      ...{ status: index === 30 ? ('unhealthy' as const) : ('healthy' as const), cpuShare: index / 100 },
    });
    track.take(Array.from({ length: 40 }, (_, index) => line(index)));
    const scene = {
      service: 'S\u001b[2J',
      servers: track.servers(),
      intervalMs: 3_000,
      time: '11:00:00',
      away: 'gone\u001b',
    };
    const lines = trackFrame(scene, { colours: false, columns: 80 }, 10).split('\n');
    expect(lines).toHaveLength(9);
    expect(lines[0]).toBe('S·[2J: 39 of 40 servers healthy · every 3s · 11:00:00');
    expect(lines[1]).toBe('! gone·');
    expect(lines.slice(3).map((text) => text.split(' ')[0])).toEqual([
      '10.0.0.30',
      '10.0.0.36',
      '10.0.0.37',
      '10.0.0.38',
      '10.0.0.39',
      'and',
    ]);
  });
});
