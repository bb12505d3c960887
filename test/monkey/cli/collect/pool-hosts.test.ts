import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { refusedPort } from '../../../../infra/local-sshd/silent-host.ts';
import { hostsOf } from '../../../../monkey/cli/collect/pool-hosts.ts';
import { MemoryServer } from '../../../../pool/memory-server.ts';
import { cli, flags } from '../../../support/cli.ts';
import { poolWith } from '../../../support/pool-with.ts';

describe('the hosts of a pool', () => {
  test('are those of its nodes, each once, but of nodes that have left', async () => {
    const { view } = await poolWith({
      'web-1': { url: 'http://10.0.0.1:3000' },
      'web-2': { url: 'http://10.0.0.1:3001', state: 'held' },
      'web-3': { url: 'http://[::1]:3000' },
      'web-4': { url: 'http://10.0.0.4:3000', state: 'left' },
    });
    const listed = hostsOf(await view(), 'web');
    expect(listed).toEqual({
      ...{ kind: 'hosts', notes: [] },
      targets: ['10.0.0.1', '::1'].map((host) => ({ host, port: null, user: null })),
    });
  });

  test('of a pool without nodes are none, which is said', async () => {
    const { view } = await poolWith({});
    expect(hostsOf(await view(), 'web')).toEqual({ kind: 'hosts', targets: [], notes: ['pool web has no nodes'] });
  });
});

describe('collect of a pool', () => {
  let folder: string;
  let config: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'collect-pool-'));
    config = join(folder, 'config');
    await writeFile(config, `Host node-*\n  HostName 127.0.0.1\n  Port ${await refusedPort()}\n`);
  });
  afterAll(() => rm(folder, { recursive: true }));

  const collect = (server?: MemoryServer) =>
    cli(['collect', ...flags, '-F', config, '--once', '--json'], {
      ...{ env: { HOME: folder }, ...(server !== undefined && { server }) },
    });

  test('asks the hosts of its nodes', async () => {
    const { server } = await poolWith({ 'web-1': { url: 'http://node-1:3000' }, 'web-2': { url: 'http://node-2:80' } });
    const { exit, out } = await collect(server);
    const round = JSON.parse(out) as { readonly failed: readonly { readonly host: string; readonly stage: string }[] };
    expect(exit).toBe(1);
    expect(round.failed).toMatchObject(['node-1', 'node-2'].map((host) => ({ host, stage: 'connect' })));
  });

  test('ends with 1 where it has no nodes, and with 3 where its Redis is away', async () => {
    const nobody = await collect(new MemoryServer('web'));
    expect([nobody.exit, JSON.parse(nobody.out).error.because]).toEqual([1, 'pool web names no hosts']);
    const server = new MemoryServer('web');
    server.goAway();
    const away = await collect(server);
    expect([away.exit, JSON.parse(away.out).error.kind]).toEqual([3, 'unreachable']);
  });
});
