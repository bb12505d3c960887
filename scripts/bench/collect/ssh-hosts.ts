/** Hosts to collect from, and a statsd that counts: real sshd on loopback, in which every connection costs what it costs. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCannedHosts } from '../../../infra/local-sshd/canned-hosts.ts';
import { makeKey } from '../../../infra/local-sshd/keys.ts';
import { type CannedProcess, cannedAnswer } from './canned-answer.ts';

export interface SshHosts {
  /** HOST:PORT of each. */
  readonly hosts: readonly string[];
  readonly user: string;
  readonly key: string;
  readonly knownHosts: string;
  readonly statsd: { readonly port: number; readonly lines: () => number };
}

/** So many processes as an idle server has. */
export const processesEach = 150;

const names = Array.from({ length: 40 }, (_, index) => `daemon-${index}`);

const processes = Array.from(
  { length: processesEach },
  (_, index): CannedProcess => ({
    ...{
      pid: 1_000 + index,
      command: names[index % names.length] ?? 'sh',
      rssKib: 3_000 + index * 517,
      vszKib: 90_000 + index,
    },
  }),
);

/** Starts them, does something with them, and ends them however that ends. */
export const withSshHosts = async <T>(count: number, use: (hosts: SshHosts) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-collect-'));
  const addresses = Array.from({ length: count }, (_, index) => `127.1.${index >> 7}.${(index & 127) + 1}`);
  const key = await makeKey(folder, 'ed25519');
  const answer = cannedAnswer(processes);
  const sshd = await startCannedHosts(new Map(addresses.map((address) => [address, answer])), {
    authorizedKeys: [key.publicLine],
  });
  const statsd = await countingStatsd();
  const knownHosts = join(folder, 'known_hosts');
  try {
    await writeFile(knownHosts, sshd.knownHosts(...addresses));
    const hosts = addresses.map((address) => `${address}:${sshd.port}`);
    return await use({ hosts, user: sshd.user, key: key.file, knownHosts, statsd });
  } finally {
    await Promise.all([sshd.stop(), statsd.stop()]);
    await rm(folder, { recursive: true, force: true });
  }
};

const countingStatsd = async () => {
  const socket = createSocket({ type: 'udp4' });
  let lines = 0;
  socket.on('message', (datagram) => {
    for (const byte of datagram) if (byte === 10) lines += 1;
    lines += 1;
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const stop = (): Promise<void> => new Promise((resolve) => socket.close(() => resolve()));
  return { port: socket.address().port, lines: () => lines, stop };
};
