import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { startMonkey } from '../../support/monkey.ts';
import { noOpenSsh } from '../../support/openssh.ts';
import { type SshFleet, startSshFleet } from '../../support/ssh-fleet.ts';
import { type HearingStatsd, hearingStatsd } from '../../support/statsd.ts';
import { describeUnless } from '../../support/unless.ts';

interface ToldRound {
  readonly tookMs: number;
  readonly failed: readonly { readonly host: string; readonly stage: string; readonly tookMs: number }[];
  readonly sent: unknown;
}

/** What the issue asks for: fifty hosts, of which four fail each in its own way. */
const count = 46;

describeUnless(noOpenSsh())('collect, of real sshd', () => {
  let fleet: SshFleet;
  let statsd: HearingStatsd;
  beforeAll(async () => {
    fleet = await startSshFleet(count);
    statsd = await hearingStatsd();
  }, 60_000);
  afterAll(async () => {
    await fleet.stop();
    await statsd.stop();
  }, 30_000);

  /** Every line that a host's processes come to, written down by hand. */
  const linesOf = (host: string): readonly string[] =>
    fleet.processesOf(host).flatMap(({ pid, command, rssKib, vszKib }) => {
      const names: Readonly<Record<string, string>> = {
        ...{ 'tmux: server': 'tmux__server', 'kworker/0:1': 'kworker-0_1', 'Web Content': 'Web_Content', 'a.b': 'a_b' },
      };
      const [address = '', port = ''] = host.split(':');
      const path = `memory_usage.${address.replaceAll('.', '-')}_${port}.${names[command] ?? command}.${pid}`;
      return [`${path}.rss:${rssKib}|g`, `${path}.vss:${vszKib}|g`];
    });

  test('sends exactly what the hosts have; four that fail are lines with their reasons', async () => {
    const failing = [fleet.hanging, fleet.refusing, fleet.strange, fleet.changed];
    const hosts = [...failing, ...fleet.healthy].join(',');
    const args = ['collect', ...fleet.flags, '--hosts', hosts, '--statsd', `127.0.0.1:${statsd.port}`];
    const monkey = startMonkey([...args, '--once', '--json', '--concurrency', '8', '--deadline', '10s'], {
      HOME: fleet.home,
    });
    let out = '';
    monkey.child.stdout?.on('data', (part: Buffer) => (out += part.toString()));
    expect([await monkey.ended, monkey.log()]).toEqual([1, '']);
    const round = JSON.parse(out) as ToldRound;
    const reasons = new Map(round.failed.map((each) => [each.host, each.stage]));
    expect(reasons).toEqual(
      new Map([
        [fleet.strange, 'auth'],
        [fleet.hanging, 'connect'],
        [fleet.changed, 'host-key'],
        [fleet.refusing, 'connect'],
      ]),
    );
    expect(round).toMatchObject({ kind: 'round', hosts: 50, read: count, processes: count * 8, damagedLines: 0 });
    // Who hangs has its deadline and no more; how long the others take is for the machine to say.
    const hanging = round.failed.find(({ host }) => host === fleet.hanging)?.tookMs ?? 0;
    expect(hanging).toBeGreaterThanOrEqual(9_990);
    expect(hanging).toBeLessThan(20_000);
    expect(round.tookMs).toBeGreaterThanOrEqual(hanging);
    expect(round.sent).toMatchObject({ lines: count * 16 + 2, failedLines: 0, because: null });
    await eventually('all lines arrive', () => statsd.lines().length >= count * 16 + 2);
    const isOfHosts = (line: string): boolean => line.startsWith('memory_usage_hosts.');
    expect(
      statsd
        .lines()
        .filter((line) => !isOfHosts(line))
        .sort(),
    ).toEqual(fleet.healthy.flatMap(linesOf).sort());
    expect(statsd.lines().filter(isOfHosts)).toEqual([
      expect.stringMatching(/\.asked:50\|g$/),
      expect.stringMatching(/\.failed:4\|g$/),
    ]);
    expect(Math.max(...statsd.datagrams().map(({ length }) => length))).toBeLessThanOrEqual(1_432);
  }, 60_000);

  const collect = (...args: readonly string[]) => {
    const monkey = startMonkey(['collect', ...fleet.flags, '--deadline', '10s', ...args], { HOME: fleet.home });
    let out = '';
    monkey.child.stdout?.on('data', (part: Buffer) => (out += part.toString()));
    return { ...monkey, out: () => out, lines: () => out.split('\n').filter((line) => line !== '') };
  };

  test('shows the biggest commands and writes a file for Prometheus', async () => {
    const file = join(fleet.home, 'memory.prom');
    const [one = '', other = ''] = fleet.healthy;
    const args = ['--hosts', `${one},${other}`, '--once', '--top', '2', '--by', 'command', '--prometheus-file', file];
    const monkey = collect(...args);
    expect([await monkey.ended, monkey.log()]).toEqual([0, '']);
    const java = [one, other].map((host) => fleet.processesOf(host).find(({ command }) => command === 'java')!);
    expect(monkey.out()).toMatch(
      /^COMMAND +RSS +SHARE +HOSTS +PROCESSES +BIGGEST +ON\njava +2\.9 MiB +█+ .* 2 +2 +2 MiB /,
    );
    expect(monkey.out()).toContain('and 6 smaller commands\n');
    expect(monkey.out()).toMatch(/\n2 of 2 hosts read in .*: 16 processes, .* of RSS/);
    const text = await readFile(file, 'utf8');
    expect(text).toContain(
      `memory_usage_rss_bytes{host="${other}",command="java"} ${(java[1]?.rssKib ?? 0) * 1_024}\n`,
    );
    expect(text).toContain(`memory_usage_processes{host="${one}",command="tmux: server"} 1\n`);
  }, 60_000);

  test('goes on round after round: a host that fails is logged once; the hosts are read anew; SIGTERM ends it with 0', async () => {
    const file = join(fleet.home, 'hosts.txt');
    const [one = '', other = ''] = fleet.healthy;
    await writeFile(file, `# ours\n${one}\n${fleet.refusing} # gone\n`);
    const monkey = collect('--hosts-file', file, '--statsd', `127.0.0.1:${statsd.port}`, '--interval', '1s');
    try {
      const rounds = () => events(monkey.log(), 'round');
      await eventually('three rounds', () => rounds().length >= 3, 30_000);
      expect(events(monkey.log(), 'host-failed')).toEqual([
        expect.objectContaining({ level: 'warn', host: fleet.refusing, stage: 'connect' }),
      ]);
      await writeFile(file, `${one}\n${other}\n`);
      await eventually('the other host is asked', () => rounds().some(({ read }) => read === 2), 30_000);
      await rm(file);
      await eventually('its loss is told', () => monkey.logged('hosts-not-read-anew') === 1, 30_000);
      monkey.child.kill('SIGTERM');
      expect(await monkey.ended).toBe(0);
      const [end] = events(monkey.log(), 'collect-ended');
      expect(end).toMatchObject({ rounds: rounds().length, failedByStage: { connect: expect.any(Number) } });
    } finally {
      await monkey.kill();
    }
  }, 120_000);

  test('ends soon after SIGTERM, with 1 where the one round was not whole', async () => {
    const monkey = collect('--hosts', fleet.hanging, '--once', '--json', '--deadline', '2m');
    try {
      await eventually('it asks', () => fleet.silentConnections() > 0, 30_000);
      monkey.child.kill('SIGTERM');
      expect(await monkey.ended).toBe(1);
      const [round, end] = monkey
        .out()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(round).toMatchObject({ kind: 'round', hosts: 1, read: 0, failed: [] });
      expect(end).toMatchObject({ kind: 'end', stoppedBy: 'SIGTERM', hostsLeft: 1 });
    } finally {
      await monkey.kill();
    }
  }, 60_000);

  test('tells programs a line a round, and where gauges do not arrive', async () => {
    const nobody = await refusedUdpPort();
    const monkey = collect('--hosts', fleet.healthy[0]!, '--once', '--json', '--statsd', `127.0.0.1:${nobody}`);
    expect(await monkey.ended).toBe(3);
    expect(JSON.parse(monkey.out())).toMatchObject({
      ...{ kind: 'round', read: 1, failed: [] },
      sent: { lines: 0, failedLines: 18, because: expect.stringContaining('nobody listens at 127.0.0.1') },
    });
  }, 60_000);

  test('learns the key of a new host with --accept-new alone, and knows it from then on', async () => {
    const known = join(fleet.home, 'learned');
    const [host = ''] = fleet.healthy;
    await writeFile(known, '');
    const login = fleet.flags.slice(0, fleet.flags.indexOf('--known-hosts'));
    const args = ['collect', ...login, '--known-hosts', known, '--deadline', '10s', '--hosts', host, '--once'];
    const exits: (number | string)[] = [];
    for (const more of [[], ['--accept-new'], []])
      exits.push(await startMonkey([...args, ...more], { HOME: fleet.home }).ended);
    expect(exits).toEqual([1, 0, 0]);
  }, 60_000);
});

/** The fields of each line of the log that tells of this event. */
const events = (log: string, event: string): readonly Readonly<Record<string, unknown>>[] =>
  log
    .split('\n')
    .filter((line) => line.includes(`"event":"${event}"`))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** A port of UDP at which nobody listens. */
const refusedUdpPort = async (): Promise<number> => {
  const { port, stop } = await hearingStatsd();
  await stop();
  return port;
};
