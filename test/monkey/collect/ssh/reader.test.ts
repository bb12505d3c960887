import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type KeyKind, makeKey, type SshKey } from '../../../../infra/local-sshd/keys.ts';
import { type LocalSshd, type LocalSshdOptions, startLocalSshd } from '../../../../infra/local-sshd/local-sshd.ts';
import { refusedPort, startSilentHost } from '../../../../infra/local-sshd/silent-host.ts';
import type { HostAnswer, HostFailure, HostProcesses } from '../../../../monkey/collect/host-answer.ts';
import { emptyConfig, harmless, parseConfig, type SshConfig } from '../../../../monkey/collect/ssh/config.ts';
import { defaultSshReaderOptions, type SshReaderOptions } from '../../../../monkey/collect/ssh/options.ts';
import { type SshReader, sshReader } from '../../../../monkey/collect/ssh/reader.ts';
import type { Target } from '../../../../monkey/collect/target.ts';
import { noOpenSsh } from '../../../support/openssh.ts';
import { describeUnless } from '../../../support/unless.ts';

const never = new AbortController().signal;

const processes = (answer: HostAnswer): HostProcesses => {
  if (answer.kind === 'failed') throw new Error(`${answer.stage}: ${answer.because}`);
  return answer;
};
const failure = (answer: HostAnswer): HostFailure => {
  if (answer.kind === 'processes') throw new Error(`${answer.processes.length} processes instead of a failure`);
  return answer;
};

describeUnless(noOpenSsh())('a reader over SSH', () => {
  let shared: string;
  let key: SshKey;
  let dir: string;
  let knownHosts: string;
  const ending: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    shared = await mkdtemp(join(tmpdir(), 'reader-keys-'));
    key = await makeKey(shared, 'ed25519');
  });
  afterAll(() => rm(shared, { recursive: true, force: true }));
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'reader-'));
    knownHosts = join(dir, 'known_hosts');
  });
  afterEach(async () => {
    for (const end of ending.splice(0).reverse()) await end();
    await rm(dir, { recursive: true, force: true });
  });

  const startSshd = async (options: Partial<LocalSshdOptions> = {}): Promise<LocalSshd> => {
    const sshd = await startLocalSshd({ authorizedKeys: [key.publicLine], ...options });
    ending.push(() => sshd.stop());
    return sshd;
  };
  const startReader = (options: Partial<SshReaderOptions> = {}): SshReader => {
    const reader = sshReader({
      ...defaultSshReaderOptions,
      config: emptyConfig,
      home: dir,
      localUser: userInfo().username,
      keys: [key.file],
      knownHostsFiles: [knownHosts],
      // The machine may be busy; deadlines are tested with short ones of their own.
      withinMs: 20_000,
      ...options,
    });
    ending.push(() => reader.close());
    return reader;
  };
  const know = (sshd: LocalSshd, ...hosts: readonly string[]): Promise<void> =>
    writeFile(knownHosts, sshd.knownHosts(...(hosts.length > 0 ? hosts : ['127.0.0.1'])), { flag: 'a' });
  const at = (port: number, host = '127.0.0.1', user: string | null = null): Target => ({ host, port, user });
  const config = (text: string): SshConfig => {
    const parsed = parseConfig('config', text);
    if (parsed.kind === 'problem') throw new Error(parsed.because);
    return harmless('config', parsed.lines);
  };

  test("reads the machine's processes as its kernel tells of them, without its own", async () => {
    const sshd = await startSshd();
    await know(sshd);
    const { processes: rows, damagedLines } = processes(await startReader().read(at(sshd.port), never));
    const ours = rows.find(({ pid }) => pid === process.pid);
    const status = await readFile('/proc/self/status', 'utf8');
    expect(ours?.command).toBe((await readFile('/proc/self/comm', 'utf8')).slice(0, -1));
    expect(ours?.pssKib).toBeNull();
    expect(Math.abs((ours?.rssKib ?? 0) / Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) - 1)).toBeLessThan(0.5);
    expect(rows.filter(({ command }) => command === 'grep')).toEqual([]);
    expect(damagedLines).toBe(0);
  });

  test('reads the proportional share of its own processes when asked to', async () => {
    const sshd = await startSshd();
    await know(sshd);
    const { processes: rows } = processes(await startReader({ pss: true }).read(at(sshd.port), never));
    const ours = rows.find(({ pid }) => pid === process.pid);
    expect(ours?.pssKib).toBeGreaterThan(10_000);
    expect(ours?.pssKib).toBeLessThanOrEqual((ours?.rssKib ?? 0) * 1.2);
  });

  test.each<[KeyKind, 'openssh' | 'pem', KeyKind]>([
    ['ed25519', 'openssh', 'rsa'],
    ['ecdsa', 'openssh', 'ed25519'],
    ['ecdsa', 'pem', 'ecdsa'],
    ['rsa', 'openssh', 'ecdsa'],
    ['rsa', 'pem', 'rsa'],
  ])('gets in with a key of %s in the format %s, at a host with a key of %s', async (kind, format, hostKey) => {
    const own = await makeKey(dir, kind, { format });
    const sshd = await startSshd({ authorizedKeys: [own.publicLine], hostKeys: [hostKey], forceCommand: 'true' });
    await know(sshd);
    const answer = failure(await startReader({ keys: [own.file] }).read(at(sshd.port), never));
    // It got in: the command was run, and said nothing.
    expect(answer).toMatchObject({ stage: 'command', because: expect.stringContaining('it said nothing') });
  });
});
