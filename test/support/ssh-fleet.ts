/**
 * Hosts to collect from: real sshd on loopback, of which each answers with a list of its own; and one of each kind that
 * fails.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCannedHosts } from '../../infra/local-sshd/canned-hosts.ts';
import { makeKey } from '../../infra/local-sshd/keys.ts';
import { startLocalSshd } from '../../infra/local-sshd/local-sshd.ts';
import { refusedPort, startSilentHost } from '../../infra/local-sshd/silent-host.ts';
import { type CannedProcess, cannedAnswer } from '../../scripts/bench/collect/canned-answer.ts';

export interface SshFleet {
  /** As --hosts takes them. */
  readonly healthy: readonly string[];
  readonly processesOf: (host: string) => readonly CannedProcess[];
  readonly hanging: string;
  /** How many connections the one that hangs holds now. */
  readonly silentConnections: () => number;
  readonly refusing: string;
  /** Lets nobody in with our key. */
  readonly strange: string;
  /** Has another host key than known_hosts says. */
  readonly changed: string;
  /** Options of `monkey collect` that say how to get in, but for the hosts. */
  readonly flags: readonly string[];
  readonly home: string;
  readonly stop: () => Promise<void>;
}

const names = ['node', 'tmux: server', 'kworker/0:1', 'Web Content', 'cupsd', 'sshd', 'a.b', 'java'] as const;

/** Each host has other processes, with values that tell it apart. */
const processesOf = (host: number): readonly CannedProcess[] =>
  names.map((command, index) => ({
    ...{ pid: 100 + index, command, rssKib: 1_000 * host + index, vszKib: 10_000 * host + index },
  }));

export const startSshFleet = async (count: number): Promise<SshFleet> => {
  const home = await mkdtemp(join(tmpdir(), 'ssh-fleet-'));
  await mkdir(join(home, '.ssh'));
  const key = await makeKey(home, 'ed25519', { name: 'ours' });
  const other = await makeKey(home, 'ed25519', { name: 'theirs' });
  const addresses = Array.from({ length: count }, (_, index) => `127.0.1.${index + 1}`);
  const answers = new Map(addresses.map((address, index) => [address, cannedAnswer(processesOf(index + 1))]));
  const sshd = await startCannedHosts(answers, { authorizedKeys: [key.publicLine] });
  const strange = await startLocalSshd({ authorizedKeys: [other.publicLine], address: '127.0.2.1' });
  const silent = await startSilentHost('127.0.2.2');
  const known = join(home, 'known_hosts');
  const lines = [
    sshd.knownHosts(...addresses),
    strange.knownHosts('127.0.2.1'),
    `[127.0.2.3]:${sshd.port} ${other.type} ${other.base64}\n`,
  ];
  await writeFile(known, lines.join(''));
  const healthy = addresses.map((address) => `${address}:${sshd.port}`);
  return {
    healthy,
    processesOf: (host) => processesOf(healthy.indexOf(host) + 1),
    hanging: `127.0.2.2:${silent.port}`,
    silentConnections: () => silent.connections(),
    refusing: `127.0.2.4:${await refusedPort('127.0.2.4')}`,
    strange: `127.0.2.1:${strange.port}`,
    changed: `127.0.2.3:${sshd.port}`,
    flags: ['-u', sshd.user, '-i', key.file, '--known-hosts', known],
    home,
    stop: async () => {
      await Promise.all([sshd.stop(), strange.stop(), silent.stop()]);
      await rm(home, { recursive: true, force: true });
    },
  };
};
