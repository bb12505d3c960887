import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { type KeyKind, makeKey, type SshKey } from '../../../../infra/local-sshd/keys.ts';
import { type LocalSshd, type LocalSshdOptions, startLocalSshd } from '../../../../infra/local-sshd/local-sshd.ts';
import { refusedPort, startSilentHost } from '../../../../infra/local-sshd/silent-host.ts';
import type { HostAnswer, HostFailure, HostProcesses } from '../../../../monkey/collect/host-answer.ts';
import { emptyConfig, harmless, parseConfig, type SshConfig } from '../../../../monkey/collect/ssh/config.ts';
import { defaultSshReaderOptions, type SshReaderOptions } from '../../../../monkey/collect/ssh/options.ts';
import { type SshReader, sshReader } from '../../../../monkey/collect/ssh/reader.ts';
import type { Target } from '../../../../monkey/collect/target.ts';
import { eventually } from '../../../support/eventually.ts';
import { noOpenSsh } from '../../../support/openssh.ts';
import { startSshAgent } from '../../../support/ssh-agent.ts';
import { describeUnless } from '../../../support/unless.ts';

// A hundred sshd processes are started here: on a busy machine that takes its time.
jest.setTimeout(120_000);

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
      withinMs: 60_000,
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

  test('gets in with a key that its agent holds, and with an encrypted one by its passphrase alone', async () => {
    const held = await makeKey(dir, 'rsa', { name: 'held' });
    const locked = await makeKey(dir, 'ed25519', { name: 'locked', passphrase: 'meow' });
    const agent = await startSshAgent(dir);
    ending.push(() => agent.stop());
    await agent.add(held.file);
    const sshd = await startSshd({ authorizedKeys: [held.publicLine, locked.publicLine] });
    await know(sshd);
    const read = (options: Partial<SshReaderOptions>) =>
      startReader({ keys: [], ...options }).read(at(sshd.port), never);
    processes(await read({ agentSocket: agent.socket }));
    processes(await read({ keys: [locked.file], passphrase: 'meow' }));
    const closed = failure(await read({ keys: [locked.file] }));
    expect(closed).toMatchObject({ stage: 'auth', because: expect.stringContaining(`${locked.file} is encrypted`) });
    expect(failure(await read({ keys: [locked.file], passphrase: 'woof' })).because).toContain(
      'not opened by DOCTOR_MONKEY_SSH_PASSPHRASE',
    );
    const noAgent = failure(await read({ agentSocket: join(dir, 'nobody') }));
    expect(noAgent.because).toMatch(/no key to offer; not usable: the ssh-agent at .* does not answer/);
  });

  test('gets in by a file where the agent hangs, and lets go of that one', async () => {
    const sockets = new Set<Socket>();
    const agent = createServer((socket) => sockets.add(socket.on('close', () => sockets.delete(socket)).resume()));
    agent.listen(join(dir, 'hangs'));
    ending.push(() => new Promise((resolve) => agent.close(resolve)));
    const sshd = await startSshd();
    await know(sshd);
    processes(await startReader({ agentSocket: join(dir, 'hangs') }).read(at(sshd.port), never));
    await eventually('nobody is connected to the agent', () => sockets.size === 0);
  });

  test('says who is not let in, which keys were offered and what is taken', async () => {
    const sshd = await startSshd({ authorizedKeys: [] });
    await know(sshd);
    const { stage, because } = failure(await startReader({ user: 'root' }).read(at(sshd.port), never));
    expect(stage).toBe('auth');
    expect(because).toContain(`it does not let root in: offered ${key.file} (ssh-ed25519 ${key.fingerprint})`);
    expect(because).toContain('it takes publickey');
  });

  test('refuses a host that it does not know, with its fingerprint, and learns it only when told to', async () => {
    const sshd = await startSshd();
    const unknown = failure(await startReader().read(at(sshd.port), never));
    expect(unknown.stage).toBe('host-key');
    expect(unknown.because).toContain(`ssh-ed25519 ${sshd.hostKeys[0]!.fingerprint} is not in known_hosts`);
    expect(unknown.because).toContain('--accept-new');
    await expect(stat(knownHosts)).rejects.toThrow();
    const fresh = join(dir, 'new', 'known_hosts');
    processes(await startReader({ acceptNew: true, knownHostsFiles: [fresh] }).read(at(sshd.port), never));
    expect((await stat(fresh)).mode & 0o777).toBe(0o600);
    expect((await stat(join(dir, 'new'))).mode & 0o777).toBe(0o700);
    processes(await startReader({ knownHostsFiles: [fresh] }).read(at(sshd.port), never));
  });

  test('learns many hosts at once and loses no line of others', async () => {
    const sshd = await startSshd({ address: 'all-loopback' });
    await writeFile(knownHosts, '# mine\nother.example.org ssh-ed25519 AAAA');
    const hosts = Array.from({ length: 12 }, (_, index) => `127.0.3.${index + 1}`);
    const reader = startReader({ acceptNew: true });
    const answers = await Promise.all(hosts.map((host) => reader.read(at(sshd.port, host), never)));
    expect(answers.map(({ kind }) => kind)).toEqual(hosts.map(() => 'processes'));
    const lines = (await readFile(knownHosts, 'utf8')).split('\n');
    expect(lines.slice(0, 2)).toEqual(['# mine', 'other.example.org ssh-ed25519 AAAA']);
    expect(lines.slice(2).sort()).toEqual([
      '',
      ...sshd
        .knownHosts(...hosts)
        .trim()
        .split('\n')
        .sort(),
    ]);
    const again = startReader();
    for (const host of hosts.slice(0, 3)) processes(await again.read(at(sshd.port, host), never));
  });

  test('refuses a changed key loudly, also where new hosts are learnt', async () => {
    const sshd = await startSshd();
    await know(sshd);
    const before = await readFile(knownHosts, 'utf8');
    await sshd.restart({ newHostKeys: true });
    const { stage, because } = failure(await startReader({ acceptNew: true }).read(at(sshd.port), never));
    expect(stage).toBe('host-key');
    expect(because).toContain('ITS HOST KEY HAS CHANGED');
    expect(because).toContain(`${knownHosts} line 1`);
    expect(because).toContain(sshd.hostKeys[0]!.fingerprint);
    expect(await readFile(knownHosts, 'utf8')).toBe(before);
  });

  test('asks a host for the key by which it is known, where it has several', async () => {
    const sshd = await startSshd({ hostKeys: ['ed25519', 'ecdsa', 'rsa'] });
    for (const kind of ['ssh-rsa', 'ecdsa-sha2-nistp256', 'ssh-ed25519']) {
      const line = sshd
        .knownHosts('127.0.0.1')
        .split('\n')
        .find((each) => each.includes(kind));
      const only = join(dir, kind);
      await writeFile(only, `${line}\n`);
      processes(await startReader({ knownHostsFiles: [only] }).read(at(sshd.port), never));
    }
  });

  test('goes over a chain of jump hosts, each with a key and a host key of its own', async () => {
    const [first, second, last] = [await startSshd(), await startSshd(), await startSshd({ hostKeys: ['ecdsa'] })];
    for (const sshd of [first, second, last]) await know(sshd);
    const jump = `127.0.0.1:${first.port},127.0.0.1:${second.port}`;
    const reader = startReader({ jump, config: config(`Host far\n HostName 127.0.0.1\n Port ${last.port}\n`) });
    const target = { host: 'far', port: null, user: null };
    processes(await reader.read(target, never));
    processes(await reader.read(target, never));
    expect(reader.counts()).toEqual({ kept: 3, connected: 3, reconnected: 0 });
    const closed = await refusedPort();
    const refused = failure(await reader.read(at(closed), never));
    expect(refused.stage).toBe('connect');
    expect(refused.because).toContain(`the jump host 127.0.0.1:${second.port} does not reach 127.0.0.1:${closed}: `);
    // The first says of the second one that nobody is there, not of the host behind both.
    const config2 = config(`Host bastion\n HostName 127.0.0.1\n Port ${first.port}\n`);
    const broken = startReader({ jump: `bastion,127.0.0.1:${closed}`, config: config2 });
    expect(failure(await broken.read(at(last.port), never)).because).toContain(
      `the jump host bastion (127.0.0.1:${first.port}) does not reach 127.0.0.1:${closed}: `,
    );
  });

  test('says of a jump host that it is the one that fails', async () => {
    const [jump, last] = [await startSshd(), await startSshd()];
    await know(last);
    const text = `Host 127.0.0.1\n ProxyJump bastion\nHost bastion\n HostName 127.0.0.1\n Port ${jump.port}\n`;
    const { stage, because } = failure(await startReader({ config: config(text) }).read(at(last.port), never));
    expect(stage).toBe('host-key');
    expect(because).toContain(`the jump host bastion (127.0.0.1:${jump.port}): its key`);
  });

  test('connects once to a jump host that many wait for', async () => {
    const [jump, last] = [await startSshd(), await startSshd({ address: 'all-loopback' })];
    await know(jump);
    const hosts = ['127.0.1.1', '127.0.1.2', '127.0.1.3'];
    await know(last, ...hosts);
    const reader = startReader({ jump: `127.0.0.1:${jump.port}` });
    const answers = await Promise.all(hosts.map((host) => reader.read(at(last.port, host), never)));
    expect(answers.map(({ kind }) => kind)).toEqual(hosts.map(() => 'processes'));
    expect(reader.counts().connected).toBe(4);
  });

  test('keeps a connection between rounds, and makes it anew once where it was cut', async () => {
    const sshd = await startSshd();
    await know(sshd);
    const reader = startReader();
    processes(await reader.read(at(sshd.port), never));
    processes(await reader.read(at(sshd.port), never));
    expect(reader.counts()).toEqual({ kept: 1, connected: 1, reconnected: 0 });
    await sshd.killSessions();
    processes(await reader.read(at(sshd.port), never));
    await sshd.restart();
    processes(await reader.read(at(sshd.port), never));
    expect(reader.counts()).toMatchObject({ kept: 1, connected: 3 });
    expect(failure(await reader.read(at(await refusedPort()), never)).stage).toBe('connect');
  });

  test('finds out in time that a kept connection answers no more, and makes it anew', async () => {
    const sshd = await startSshd();
    await know(sshd);
    const reader = startReader();
    processes(await reader.read(at(sshd.port), never));
    for (const pid of await sshd.sessions()) process.kill(pid, 'SIGSTOP');
    processes(await reader.read(at(sshd.port), never));
    expect(reader.counts()).toMatchObject({ kept: 1, connected: 2, reconnected: 1 });
  });

  test('makes a jump host anew that went silent, once for all who go over it', async () => {
    const [jump, last] = [await startSshd(), await startSshd({ address: 'all-loopback' })];
    await know(jump);
    const hosts = ['127.0.1.1', '127.0.1.2', '127.0.1.3'];
    await know(last, ...hosts);
    const reader = startReader({ jump: `127.0.0.1:${jump.port}` });
    processes(await reader.read(at(last.port, hosts[0]), never));
    for (const pid of await jump.sessions()) process.kill(pid, 'SIGSTOP');
    const answers = await Promise.all(hosts.slice(1).map((host) => reader.read(at(last.port, host), never)));
    expect(answers.map(({ kind }) => kind)).toEqual(['processes', 'processes']);
    expect(reader.counts()).toMatchObject({ connected: 5, reconnected: 1 });
  });

  test('leaves a jump host alone that is well, however long it takes to reach one host', async () => {
    const jump = await startSshd();
    await know(jump);
    const last = await startSshd();
    await know(last);
    const reader = startReader({ jump: `127.0.0.1:${jump.port}`, withinMs: 15_000 });
    processes(await reader.read(at(last.port), never));
    // Of the documentation's network (RFC 5737): nobody answers there, or the machine says at once that there is no way.
    const nowhere = failure(await reader.read(at(22, '192.0.2.1'), never));
    expect(nowhere.because).toMatch(/the jump host 127.0.0.1:\d+ (did not reach|does not reach) 192\.0\.2\.1[: ]/);
    processes(await reader.read(at(last.port), never));
    expect(reader.counts()).toMatchObject({ connected: 2, reconnected: 0 });
  });

  test('ends connections to hosts that left the list, and not the jump that others go over', async () => {
    const [jump, last] = [await startSshd(), await startSshd({ address: 'all-loopback' })];
    await know(jump);
    await know(last, '127.0.1.1', '127.0.1.2');
    const reader = startReader({ jump: `127.0.0.1:${jump.port}` });
    const [one, other] = [at(last.port, '127.0.1.1'), at(last.port, '127.0.1.2')];
    for (const target of [one, other]) processes(await reader.read(target, never));
    expect(reader.counts().kept).toBe(3);
    reader.keep([other]);
    expect(reader.counts().kept).toBe(2);
    await eventually('one session is left', async () => (await last.sessions()).length === 1);
    processes(await reader.read(other, never));
    expect(reader.counts()).toEqual({ kept: 2, connected: 3, reconnected: 0 });
    reader.keep([]);
    await eventually('no session is left', async () => (await jump.sessions()).length === 0);
  });

  test('keeps no more connections than it may', async () => {
    const sshd = await startSshd({ address: 'all-loopback' });
    await know(sshd, '127.0.0.1', '127.0.0.2');
    const reader = startReader({ mostKept: 1 });
    for (const host of ['127.0.0.1', '127.0.0.2', '127.0.0.1'])
      processes(await reader.read(at(sshd.port, host), never));
    expect(reader.counts()).toMatchObject({ kept: 1, connected: 2 });
  });

  test('does not mix the connections of two users, nor of two readers', async () => {
    const sshd = await startSshd();
    await know(sshd);
    const [one, other] = [startReader(), startReader({ keys: [] })];
    const [good, bad, keyless] = await Promise.all([
      one.read(at(sshd.port), never),
      one.read(at(sshd.port, '127.0.0.1', 'nobody-here'), never),
      other.read(at(sshd.port), never),
    ]);
    processes(good);
    expect(failure(bad).because).toContain('does not let nobody-here in');
    expect(failure(keyless).because).toContain('there is no key to offer');
  });

  test('names a host that hangs, that refuses and that does not exist, in time', async () => {
    const silent = await startSilentHost();
    const half = await startSilentHost('127.0.0.1', 'SSH-2.0-half\r\n');
    const web = await startSilentHost('127.0.0.1', 'HTTP/1.1 400 Bad Request\r\n\r\n'.repeat(400));
    ending.push(silent.stop, half.stop, web.stop);
    const reader = startReader({ withinMs: 3_000 });
    for (const port of [silent.port, half.port]) {
      const hung = failure(await reader.read(at(port), never));
      expect(hung).toMatchObject({ stage: 'connect', because: expect.stringContaining('timed out: it accepted') });
      expect(hung.tookMs).toBeLessThan(20_000);
    }
    const patient = startReader();
    expect(failure(await patient.read(at(web.port), never))).toMatchObject({
      stage: 'connect',
      because: expect.stringMatching(/^it speaks something else than SSH; it said: HTTP\/1\.1 400 Bad Request/),
    });
    const refused = failure(await patient.read(at(await refusedPort()), never));
    expect(refused).toMatchObject({
      stage: 'connect',
      because: expect.stringContaining('refused the connection at port'),
    });
    const nowhere = failure(await patient.read(at(22, 'no-such-host.invalid'), never));
    expect(nowhere.stage).toBe('resolve');
    await eventually('no connection is left', () => silent.connections() + half.connections() === 0);
  });

  test('ends with the signal of its round', async () => {
    const silent = await startSilentHost();
    ending.push(silent.stop);
    const round = new AbortController();
    const reading = startReader().read(at(silent.port), round.signal);
    await eventually('it has connected', () => silent.connections() === 1);
    round.abort();
    expect(failure(await reading).tookMs).toBeLessThan(50_000);
    expect(failure(await startReader().read(at(silent.port), round.signal)).because).toContain('not asked');
  });

  test.each([
    ['head -c 3000000 /dev/zero', { mostAnswerBytes: 100_000 }, 'answer', /larger than 100000 bytes/],
    [
      'sleep 60',
      { withinMs: 12_000 },
      'command',
      /timed out while its processes were read; it had 12s in all \(--deadline\)$/,
    ],
    ['echo monkey-processes 1 proc', {}, 'answer', /cut: its last line is missing/],
    ['sh -c "echo nope >&2; exit 3"', {}, 'command', /said nothing \(exit code 3\); it said: nope/],
    ['sh -c "kill -9 $PPID; sleep 1"', {}, 'answer', /cut|ended/],
  ])('tells what is wrong with the answer of %s', async (forceCommand, options, stage, because) => {
    const sshd = await startSshd({ forceCommand });
    await know(sshd);
    const told = failure(await startReader(options).read(at(sshd.port), never));
    expect(`${told.stage}: ${told.because}`).toMatch(because);
    expect(told.stage).toBe(stage);
  });

  test('closes while it is connecting and while it is connected, and leaves nothing', async () => {
    const silent = await startSilentHost();
    ending.push(silent.stop);
    const sshd = await startSshd();
    await know(sshd);
    const reader = startReader();
    processes(await reader.read(at(sshd.port), never));
    const reading = reader.read(at(silent.port), never);
    await eventually('it has connected', () => silent.connections() === 1);
    await reader.close();
    expect(failure(await reading).stage).toBe('connect');
    expect(failure(await reader.read(at(sshd.port), never)).because).toContain('the collector ends');
    await eventually('no session is left', async () => (await sshd.sessions()).length === 0);
    await eventually('no connection is left', () => silent.connections() === 0);
  });

  test('tells of a known_hosts file that it may not read or write', async () => {
    const sshd = await startSshd();
    await writeFile(join(dir, 'file'), '');
    const reader = startReader({ acceptNew: true, knownHostsFiles: [join(dir, 'file', 'known_hosts')] });
    const { stage, because } = failure(await reader.read(at(sshd.port), never));
    expect(stage).toBe('host-key');
    expect(because).toContain('ENOTDIR');
  });
});
