import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { freePort } from '../../../../infra/free-port.ts';
import { exitOf } from '../../../../monkey/cli/collect/exit.ts';
import type { Sent } from '../../../../monkey/collect/metric-sink.ts';
import { cli } from '../../../support/cli.ts';
import { failed } from '../../../support/collect.ts';
import { eventually } from '../../../support/eventually.ts';
import { hearingStatsd } from '../../../support/statsd.ts';

const fine: Sent = { lines: 4, datagrams: 1, failedLines: 0, tooLong: 0, because: null };
const away: Sent = { lines: 0, datagrams: 0, failedLines: 4, tooLong: 0, because: 'nobody listens' };
const tooLong: Sent = { ...fine, failedLines: 2, tooLong: 2, because: 'longer' };
const unwritten = { file: 'x.prom', because: 'ENOSPC' };
const broken = [failed('a', 'refused')];

describe('one round ends', () => {
  test.each<[string, Parameters<typeof exitOf>[0], number]>([
    ['with 0 where all went well', { failed: [], sent: fine, written: { ...unwritten, because: null } }, 0],
    ['with 3 where statsd was away', { failed: [], sent: away, written: null }, 3],
    ['with 1 where a host failed, also with statsd away', { failed: broken, sent: away, written: null }, 1],
    ['with 1 where only lines were too long', { failed: [], sent: tooLong, written: null }, 1],
    ['with 3 where others were lost too', { failed: [], sent: { ...tooLong, failedLines: 3 }, written: null }, 3],
    ['with 1 where a file could not be written', { failed: [], sent: null, written: unwritten }, 1],
  ])('%s', (_, told, exit) => {
    expect(exitOf(told)).toBe(exit);
  });
});

const collect = async (...args: readonly string[]) =>
  cli(['collect', '-F', 'none', '-u', 'nobody', '--hosts', `127.0.0.1:${await freePort()}`, '--once', ...args], {
    env: { HOME: '/nonexistent' },
  });

test('a round whose host fails tells statsd and Prometheus that one of one failed', async () => {
  const statsd = await hearingStatsd();
  const folder = await mkdtemp(join(tmpdir(), 'collect-exit-'));
  try {
    const file = join(folder, 'memory.prom');
    const ran = await collect('--statsd', `127.0.0.1:${statsd.port}`, '--prometheus-file', file);
    expect(ran).toMatchObject({ exit: 1, err: '' });
    await eventually('both gauges', () => statsd.lines().length === 2);
    const name = `memory_usage_hosts.${hostname().replace(/\./g, '-')}`;
    expect(statsd.lines()).toEqual([`${name}.asked:1|g`, `${name}.failed:1|g`]);
    expect(await readFile(file, 'utf8')).toContain('memory_usage_hosts_failed 1\n');
  } finally {
    await rm(folder, { recursive: true });
    await statsd.stop();
  }
});

test('an address to which the kernel knows no way ends nothing: its lines are counted', async () => {
  const ran = await collect('--statsd', '255.255.255.255', '--json');
  expect(ran).toMatchObject({ exit: 1, err: '' });
  expect(JSON.parse(ran.out)).toMatchObject({
    ...{ kind: 'round', hosts: 1, read: 0 },
    sent: { lines: 0, failedLines: 2, because: expect.stringContaining('no way to 255.255.255.255:8125') },
  });
});
