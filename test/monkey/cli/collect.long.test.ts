import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { startMonkey } from '../../support/monkey.ts';
import { noOpenSsh } from '../../support/openssh.ts';
import { type SshFleet, startSshFleet } from '../../support/ssh-fleet.ts';
import { type HearingStatsd, hearingStatsd } from '../../support/statsd.ts';
import { describeUnless } from '../../support/unless.ts';

interface ToldRound {
  readonly tookMs: number;
  readonly failed: readonly { readonly host: string; readonly stage: string }[];
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
    expect(round.tookMs).toBeGreaterThanOrEqual(10_000);
    expect(round.tookMs).toBeLessThan(40_000);
    expect(round.sent).toMatchObject({ lines: count * 16, failedLines: 0, because: null });
    await eventually('all lines arrive', () => statsd.lines().length >= count * 16);
    expect([...statsd.lines()].sort()).toEqual(fleet.healthy.flatMap(linesOf).sort());
    expect(Math.max(...statsd.datagrams().map(({ length }) => length))).toBeLessThanOrEqual(1_432);
  }, 60_000);
});
