import { afterEach, describe, expect, test } from '@jest/globals';
import { MemoryServer } from '../../../pool/memory-server.ts';
import { closedPort } from '../../support/canned-server.ts';
import { cli, flags } from '../../support/cli.ts';
import { poolWith } from '../../support/pool-with.ts';
import { hang, type Provider, provider, server } from '../../support/provider.ts';

const ending: Provider[] = [];
afterEach(async () => {
  for (const { stop } of ending.splice(0)) await stop();
});

/** Runs a command on a provider with these servers. */
const on = async (servers: Parameters<typeof provider>[0], ...args: readonly string[]) => {
  const started = await provider(servers);
  ending.push(started);
  return cli([...args, '--inventory', started.url, '--timeout', '1s']);
};

const fleet = {
  '10.0.0.10': server('74%', '32%'),
  '10.0.0.9': server('90%', '90%'),
  '10.0.0.1': server('91%', '20%', 'AuthService'),
};

describe('services', () => {
  test('tells each server, in a stable order', async () => {
    expect(await on(fleet, 'services')).toEqual({
      exit: 0,
      err: '',
      out: [
        '3 servers: 2 healthy · 1 unhealthy',
        '',
        'ADDRESS    SERVICE      STATUS     CPU  MEMORY  WHY',
        '10.0.0.1   AuthService  unhealthy  91%     20%  CPU 91% is over 90%',
        '10.0.0.9   UserService  healthy    90%     90%',
        '10.0.0.10  UserService  healthy    74%     32%',
        '',
      ].join('\n'),
    });
  });

  test('tells the partial table and ends with 1 where a server could not be read', async () => {
    const { exit, out } = await on(
      { ...fleet, bad: server('abc%', '3%'), gone: 400, hangs: hang },
      'services',
      '--json',
    );
    const { servers, unknown } = JSON.parse(out) as { servers: unknown[]; unknown: number };
    expect([exit, unknown, servers.length]).toEqual([1, 3, 6]);
    expect(servers.slice(3)).toEqual([
      {
        ...{ address: 'bad', node: null, service: 'UserService', status: 'unknown' },
        cpuShare: null,
        memoryShare: 0.03,
        because: 'cpu "abc%" is no percentage',
      },
      {
        ...{ address: 'gone', node: null, service: null, status: 'unknown' },
        cpuShare: null,
        memoryShare: null,
        because: 'answered 400: it does not know this',
      },
      expect.objectContaining({ address: 'hangs', because: 'did not answer within 1s (3 tries)' }),
    ]);
  });

  test('tells what was asked for, and that servers may be missing in it', async () => {
    const { exit, out, err } = await on(
      { ...fleet, gone: 400 },
      'services',
      '--service',
      'UserService',
      '--sort',
      '-cpu',
      '--output',
      'csv',
    );
    expect(out).toBe(
      'address,node,service,status,cpu,memory,why\r\n10.0.0.9,,UserService,healthy,90%,90%,\r\n10.0.0.10,,UserService,healthy,74%,32%,\r\n',
    );
    expect([exit, err]).toEqual([
      1,
      '! of 1 server not even the service could be read: monkey services --status unknown shows why\n',
    ]);
    expect((await on(fleet, 'services', '--status', 'unhealthy', '--output', 'markdown')).out).toContain(
      '\n| 10.0.0.1 |  | AuthService | unhealthy | 91% | 20% | CPU 91% is over 90% |\n',
    );
  });

  test('goes by other thresholds, strictly', async () => {
    const { out } = await on(
      fleet,
      'services',
      '--cpu-threshold',
      '74',
      '--mem-threshold',
      '31.9%',
      '--status',
      'healthy',
    );
    expect(out).toBe('no servers\n');
    expect((await on(fleet, 'services', '--cpu-threshold', '91')).out).toContain('3 servers: 3 healthy\n');
  });

  test('says where no server is of the service', async () => {
    expect(await on(fleet, 'services', '--service', 'userservice')).toEqual({
      ...{ exit: 1, out: 'no servers\n' },
      err: '! no server is of "userservice"; did you mean UserService?\n',
    });
  });

  test('ends with 3 and a sentence where the provider is not there', async () => {
    const port = await closedPort();
    for (const command of [['services'], ['status'], ['unhealthy'], ['track', 'S']])
      expect(await cli([...command, '--cp-url', `127.0.0.1:${port}`])).toEqual({
        ...{ exit: 3, out: '' },
        err: `monkey: the inventory at http://127.0.0.1:${port}/ refuses the connection (3 tries)\n`,
      });
  });

  test('shows nothing of a name that a terminal obeys', async () => {
    const { out } = await on({ a: server('1%', '1%', 'S\u001b[2J\u009b\u202e') }, 'services');
    expect(out).toContain('S·[2J··');
  });
});

describe('services of a pool', () => {
  const twoNodes = () => poolWith({ 'web-1': {}, 'web-2': { state: 'quarantined', because: 'checks failed' } });

  test('are its nodes', async () => {
    const { server: redis } = await twoNodes();
    const { exit, out } = await cli(['services', ...flags], { server: redis });
    expect([exit, out.split('\n').slice(0, 3)]).toEqual([
      0,
      ['2 servers: 1 healthy · 1 unhealthy', '', expect.stringMatching(/^ADDRESS +NODE +SERVICE/)],
    ]);
    expect(out).toMatch(/web-2\.test:8080 +web-2 +meow +unhealthy .* quarantined: checks failed\n$/);
  });

  test('are short where nodes are out', async () => {
    const { server: redis } = await twoNodes();
    const { exit, out } = await cli(['unhealthy', '--output', 'csv', ...flags], { server: redis });
    expect([exit, out]).toEqual([
      1,
      'service,healthy,total,why\r\nmeow,1,2,web-2.test:8080 quarantined: checks failed\r\n',
    ]);
  });

  describe('of which all nodes have left', () => {
    const geoGone = () =>
      poolWith({
        'web-1': {},
        'web-2': {},
        'geo-1': { service: 'geo', state: 'left' },
        'geo-2': { service: 'geo', state: 'left' },
      });
    const on = async (...args: readonly string[]) => cli([...args, ...flags], { server: (await geoGone()).server });
    const note = '! geo has no server: all 2 of its nodes have left the pool\n';

    test('are told with the servers, which are well', async () => {
      const { exit, out, err } = await on('services');
      expect([exit, err, out.split('\n')[0]]).toEqual([0, note, '2 servers: 2 healthy']);
      expect(JSON.parse((await on('services', '--json')).out)).toMatchObject({
        emptyServices: [{ service: 'geo', nodesLeft: 2 }],
      });
    });

    test('are a service without servers', async () => {
      const { exit, out, err } = await on('status');
      expect([exit, err]).toEqual([0, note]);
      expect(out.split('\n').map((line) => line.split(/ +/).slice(0, 3))).toEqual([
        ['SERVICE', 'HEALTHY', 'CPU'],
        ['geo', '0/0', '-'],
        ['meow', '2/2', '20%'],
        [''],
      ]);
    });

    test('are short though nobody names them', async () => {
      const why = 'all 2 of its nodes have left the pool';
      expect(await on('unhealthy')).toEqual({
        ...{ exit: 1, err: '' },
        out: `SERVICE  HEALTHY  WHY\ngeo          0/0  ${why}\n`,
      });
      expect(JSON.parse((await on('unhealthy', '--json')).out)).toMatchObject({
        services: [{ service: 'geo', healthy: 0, total: 0, servers: [], nodesLeft: 2 }],
      });
    });

    test.each([['services', '--service'], ['status', '--service'], ['track']])(
      '%s %s ends with 1 and says so where they are named',
      async (...command) => {
        const { exit, err } = await on(...command, 'geo');
        expect([exit, err.replace(/^monkey: /, '! ')]).toEqual([1, note]);
      },
    );
  });

  test('are none where nobody has joined, which is said', async () => {
    expect(await cli(['services', ...flags], { server: new MemoryServer('web') })).toEqual({
      ...{ exit: 0, out: 'no servers\n', err: '! no such pool here: nobody has joined it yet\n' },
    });
  });

  test('end with 3 where Redis is away', async () => {
    const { server: redis } = await twoNodes();
    redis.goAway();
    expect(await cli(['status', ...flags], { server: redis })).toMatchObject({ exit: 3, out: '' });
  });
});

describe('status', () => {
  test('tells each service', async () => {
    const { exit, out } = await on(fleet, 'status');
    expect([exit, out]).toEqual([
      0,
      [
        'SERVICE      HEALTHY  CPU MEAN  MEDIAN  P95  MIN  MAX  MEMORY MEAN  MEDIAN  P95  MIN  MAX',
        'AuthService      0/1       91%     91%  91%  91%  91%          20%     20%  20%  20%  20%',
        'UserService      2/2       82%     82%  90%  74%  90%          61%     61%  90%  32%  90%',
        '',
      ].join('\n'),
    ]);
  });

  test('tells programs counts and shares, and of whom nothing is known', async () => {
    const { exit, out } = await on({ ...fleet, gone: 400 }, 'status', '--json');
    expect([exit, JSON.parse(out)]).toMatchObject([
      1,
      {
        unknown: 1,
        services: [
          { healthy: 0, total: 1 },
          { cpu: { mean: 0.82, p95: 0.9 } },
          { service: null, unknown: 1, cpu: null },
        ],
      },
    ]);
    const { out: csv } = await on(fleet, 'status', '--service', 'AuthService', '--output', 'csv');
    expect(csv).toMatch(
      /^service,healthy,unhealthy,unknown,total,cpu_mean,cpu_median,.*,memory_max\r\nAuthService,0,1,0,1,91%,/,
    );
  });
});

describe('CSV and Markdown', () => {
  const titlesOf = (csv: string): readonly string[] => (csv.split('\r\n')[0] ?? '').split(',');

  test.each([['services'], ['status'], ['unhealthy']])('%s calls each column the same in both', async (command) => {
    const { out: csv } = await on(fleet, command, '--output', 'csv');
    const { out: markdown } = await on(fleet, command, '--output', 'markdown');
    const titles = titlesOf(csv);
    expect(markdown.split('\n')[0]).toBe(`| ${titles.join(' | ')} |`);
    expect(new Set(titles).size).toBe(titles.length);
  });
});

describe('two formats at once', () => {
  test.each([
    ['services', 'csv'],
    ['status', 'markdown'],
    ['track', 'table'],
    ['nodes', 'text'],
    ['collect', 'table'],
  ])('%s refuses --json beside --output %s, and asks nobody', async (command, format) => {
    const because = `--json is --output json: it does not go with --output ${format}; give one of them`;
    const service = command === 'track' ? ['S'] : [];
    expect(await cli([command, ...service, '--json', '--output', format])).toEqual({
      ...{ exit: 2, err: '' },
      out: `${JSON.stringify({ error: { kind: 'usage', because, exit: 2 } })}\n`,
    });
  });

  test('are none where both say JSON', async () => {
    expect(await on(fleet, 'services', '--json', '--output', 'json')).toMatchObject({ exit: 0, err: '' });
  });
});

describe('unhealthy', () => {
  test('names services with too few healthy servers, and why, and ends with 1', async () => {
    const { exit, out } = await on(fleet, 'unhealthy');
    expect([exit, out]).toEqual([1, 'SERVICE      HEALTHY  WHY\nAuthService      0/1  10.0.0.1 CPU 91% is over 90%\n']);
    expect((await on(fleet, 'unhealthy', '--min-healthy', '3')).out).toContain(
      'UserService      2/2  there are no more\n',
    );
  });

  test('ends with 0 where there are enough', async () => {
    const { '10.0.0.1': _hot, ...well } = fleet;
    expect(await on(well, 'unhealthy')).toEqual({
      exit: 0,
      err: '',
      out: 'no known service has fewer than 2 healthy servers\n',
    });
    expect(await on(well, 'unhealthy', '--json')).toMatchObject({
      exit: 0,
      out: '{"minHealthy":2,"services":[],"unknown":0}\n',
    });
  });

  test('does not call a fleet well that has no server at all', async () => {
    expect(await on({}, 'unhealthy')).toMatchObject({ exit: 1, err: '! there is no server at all\n' });
  });

  test('knows of a service that has no server at all, once it is named', async () => {
    expect(await on(fleet, 'unhealthy', '--service', 'GeoService')).toMatchObject({
      exit: 1,
      out: 'SERVICE     HEALTHY  WHY\nGeoService      0/0  there is no server of it\n',
    });
  });
});

describe('without a configuration', () => {
  test.each([
    [['services'], 'ask a provider with --inventory URL'],
    [['status'], 'ask a provider with --inventory URL'],
    [['unhealthy'], 'ask a provider with --inventory URL'],
    [['track', 'S'], 'ask a provider with --inventory URL'],
    [['collect', '--pool', '-F', 'none'], 'name the hosts with --hosts a,b:2222'],
    [['proxy'], 'route to fixed URLs with --static URL,URL'],
  ])('%j ends with 2 and names every way out', async (args, way) => {
    const { exit, err } = await cli(args);
    expect([exit, err]).toEqual([
      2,
      'no configuration: ./doctor-monkey.yaml and /etc/doctor-monkey/config.yaml do not exist; ' +
        `name a file with --config FILE, or say all with --redis URL --pool NAME, or ${way}\n`,
    ]);
  });
});

describe('bad input', () => {
  test.each([
    [['services', '--sort', 'colour'], 'One of address, service, status, cpu, memory, please'],
    [['services', '--status', 'well'], 'Allowed choices are healthy, unhealthy, unknown'],
    [['services', '--output', 'xml'], 'Allowed choices are table, json, csv, markdown'],
    [['services', '--inventory', 'http://a:b@c'], 'carries a user or a password'],
    [
      ['services', '--inventory', 'a', '--pool', 'web'],
      "'--inventory <url>' cannot be used with option '--pool <name>'",
    ],
    [['services', '--inventory', 'a', '--cp-url', 'b'], "cannot be used with option '--cp-url <url>'"],
    [['status', '--cpu-threshold', '101'], 'A percentage from 0 to 100'],
    [['status', '--cpu-threshold', '0.9'], 'Is 0.9 a share? Write 90%, or 0.9% if that is meant'],
    [['status', '--mem-threshold', 'lots'], 'A percentage from 0 to 100'],
    [['unhealthy', '--min-healthy', '0'], 'A whole number from 1'],
    [['unhealthy', '--concurrency', '1e2'], 'A whole number from 1 to 256'],
    [['services', '--deadline', '2h'], 'A duration like 3s, from 10ms to 1h'],
    [['track', 'S', '--interval', '3'], 'A duration like 3s'],
    [['track', 'S', '--count', '0'], 'A whole number from 1'],
    [['track'], "missing required argument 'service'"],
  ])('%j ends with 2 and says what is wrong', async (args, said) => {
    const ran = await cli(args);
    expect(ran).toMatchObject({ exit: 2, out: '' });
    expect(ran.err).toContain(said);
  });
});
