/** What five hundred hosts cost the collector: connecting to all of them, and asking them again over the connections kept. */
import type { CollectBench, Finding } from './bench.ts';
import { collectRounds, failuresText, type Round } from './command.ts';
import { processesEach, withSshHosts } from './ssh-hosts.ts';

const count = 500;
const laterRounds = 5;
const mostLaterMs = 2;
const mostMiB = 200;

/** All hosts are one machine here, which has to let five hundred in at once: its time is not the collector's. */
const patiently = ['--deadline', '60s', '--concurrency', '32', '--interval', '30s'];

export const manyHosts = async ({ signal }: CollectBench): Promise<Finding> =>
  withSshHosts(count, async (ssh) => {
    const lines: string[] = [];
    const missed: string[] = [];
    for (const by of ['pid', 'command']) {
      const flags = [...patiently, '--by', by];
      const all = await collectRounds({ ssh, hosts: ssh.hosts, rounds: 1 + laterRounds, flags, signal });
      const found = findingOf(by, all);
      lines.push(...found.lines);
      missed.push(...found.missed);
    }
    return { lines, missed };
  });

const findingOf = (by: string, all: readonly Round[]): Finding => {
  const what = `many, ${count} hosts of ${processesEach} processes, by ${by}`;
  const [first, last] = [all[0], all.at(-1)];
  if (first === undefined || last === undefined) throw new Error('no round');
  const later = (last.cpuMs - first.cpuMs) / laterRounds / count;
  const unread = all.reduce((sum, { read }) => sum + count - read, 0);
  return {
    lines: [
      `${what}: first round ${(first.tookMs / 1_000).toFixed(1)} s, ${(first.cpuMs / count).toFixed(2)} ms of CPU a host, RSS ${first.rssMiB.toFixed(0)} MiB${failuresText(first.failed)}`,
      `${what}: later rounds ${all
        .slice(1)
        .map(({ tookMs }) => (tookMs / 1_000).toFixed(1))
        .join(
          ', ',
        )} s, ${later.toFixed(2)} ms of CPU a host, RSS ${last.rssMiB.toFixed(0)} MiB, ${last.peakMiB.toFixed(0)} at its most${failuresText(last.failed)}`,
    ],
    missed: [
      ...(later > mostLaterMs
        ? [`${what}: later rounds ${later.toFixed(2)} ms of CPU a host, ${mostLaterMs} wanted`]
        : []),
      ...(last.peakMiB > mostMiB ? [`${what}: RSS ${last.peakMiB.toFixed(0)} MiB, ${mostMiB} wanted`] : []),
      ...(unread > 0 ? [`${what}: ${unread} hosts were not read`] : []),
    ],
  };
};
