/** How long a round over fifty hosts takes of which one accepts connections and never says a word. */
import { startSilentHost } from '../../../infra/local-sshd/silent-host.ts';
import type { CollectBench, Finding } from './bench.ts';
import { collectRounds, failuresText } from './command.ts';
import { processesEach, withSshHosts } from './ssh-hosts.ts';

const count = 50;
const rounds = 3;
const mostMs = 6_000;

export const roundsWithOneHanging = async ({ signal }: CollectBench): Promise<Finding> => {
  const silent = await startSilentHost('127.0.0.1');
  try {
    return await withSshHosts(count - 1, async (ssh) => {
      const hosts = [`127.0.0.1:${silent.port}`, ...ssh.hosts];
      const flags = ['--interval', '7s', '--deadline', '5s'];
      const all = await collectRounds({ ssh, hosts, rounds, flags, signal });
      const what = `rounds, ${count} hosts of ${processesEach} processes, one hanging`;
      const lines = all.map(({ tookMs, read, failed }, index) => {
        const others = failuresText(failed.filter(({ host }) => host !== hosts[0]));
        return `${what}: round ${index + 1} ${(tookMs / 1_000).toFixed(2)} s, ${read} hosts read${others}`;
      });
      const missed = all.flatMap(({ tookMs, read }, index) => [
        ...(tookMs > mostMs ? [`${what}: round ${index + 1} ${(tookMs / 1_000).toFixed(2)} s, 6 s wanted`] : []),
        ...(read === count - 1 ? [] : [`${what}: round ${index + 1} read ${read} hosts, ${count - 1} wanted`]),
      ]);
      return { lines, missed };
    });
  } finally {
    await silent.stop();
  }
};
