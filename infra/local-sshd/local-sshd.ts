/*
 * A real OpenSSH server on this machine, for tests and benchmarks. One server can be many hosts: with `address:
 * 'all-loopback'` it answers at 127.0.0.1, 127.0.0.2 and so on to 127.255.255.254, all on one port and with the same
 * host keys. Hosts with keys of their own need servers of their own.
 *
 *   const key = await makeKey(dir, 'ed25519');
 *   const sshd = await startLocalSshd({ authorizedKeys: [key.publicLine], forceCommand: `cat ${canned}` });
 *   await writeFile(knownHosts, sshd.knownHosts('127.0.0.7'));
 *   … connect as sshd.user to 127.0.0.7, port sshd.port, with key.file …
 *   await sshd.stop();
 *
 * INVARIANTS
 * - It is reached from loopback only, on a port that was free, and lets in only those keys that it was given.
 * - It never outlives the process that started it, see guarded-sshd.ts.
 * - Whoever awaits `stop` finds no process and no folder of it left.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';
import { type GuardedSshd, launchSshd, SshdError } from './guarded-sshd.ts';
import { type KeyKind, makeKey, type SshKey } from './keys.ts';

export interface LocalSshdOptions {
  /** Lines as in authorized_keys; nobody else gets in. None: everybody is refused. */
  readonly authorizedKeys: readonly string[];
  /** Which host keys it has, made anew; ed25519 alone by default. */
  readonly hostKeys?: readonly KeyKind[];
  /** What it runs in place of what is asked, such as `cat FILE` for a canned answer. */
  readonly forceCommand?: string;
  /** One address of loopback, `::1` for IPv6, or `all-loopback` for all of 127.0.0.0/8; 127.0.0.1 by default. */
  readonly address?: string;
  /** Further lines of sshd_config; the first that names a keyword wins, and these come first. */
  readonly lines?: readonly string[];
  readonly signal?: AbortSignal;
}

export interface LocalSshd {
  readonly port: number;
  /** The server's process; another one after `restart`. */
  readonly pid: number;
  readonly dir: string;
  /** Who may log in: the user that runs this. */
  readonly user: string;
  readonly hostKeys: readonly SshKey[];
  /** Lines of a known_hosts file for these hosts (names or addresses), with all keys of this server. */
  knownHosts(...hosts: readonly string[]): string;
  /** The processes of its connections now, without the server itself. */
  sessions(): Promise<readonly number[]>;
  /** Kills its connections as a crash would; the server lives on. */
  killSessions(): Promise<void>;
  /** Ends the server and its connections and starts it on the same port, with new host keys where `newHostKeys`. */
  restart(how?: { readonly newHostKeys?: boolean }): Promise<void>;
  /** Ends all of it and removes its folder. Calling it again does nothing. */
  stop(): Promise<void>;
}

/** Starts a server; resolves once it accepts connections. Throws an SshdError where it can't. */
export const startLocalSshd = async (options: LocalSshdOptions): Promise<LocalSshd> => {
  const dir = await mkdtemp(join(tmpdir(), 'local-sshd-'));
  try {
    await privilegeSeparationFolder();
    return await started(dir, options);
  } catch (error) {
    await rm(dir, { recursive: true, force: true, maxRetries: 3 });
    throw error;
  }
};

const started = async (dir: string, options: LocalSshdOptions): Promise<LocalSshd> => {
  let hostKeys = await makeHostKeys(dir, options);
  const first = await onFreePort(dir, options, hostKeys);
  const { port } = first;
  let { sshd } = first;
  return {
    port,
    dir,
    user: userInfo().username,
    get pid() {
      return sshd.pid;
    },
    get hostKeys() {
      return hostKeys;
    },
    knownHosts: (...hosts) => knownHostsLines(hosts, port, hostKeys),
    sessions: () => sshd.sessions(),
    killSessions: () => sshd.killSessions(),
    restart: async ({ newHostKeys = false } = {}) => {
      await sshd.end();
      if (newHostKeys) hostKeys = await makeHostKeys(dir, options);
      sshd = await launch(dir, port, options, hostKeys);
    },
    stop: async () => {
      await sshd.end();
      await rm(dir, { recursive: true, force: true, maxRetries: 3 });
    },
  };
};

const makeHostKeys = async (dir: string, { hostKeys = ['ed25519'] }: LocalSshdOptions): Promise<readonly SshKey[]> => {
  const folder = await mkdtemp(join(dir, 'host-keys-'));
  return Promise.all(hostKeys.map((kind) => makeKey(folder, kind)));
};

const knownHostsLines = (hosts: readonly string[], port: number, keys: readonly SshKey[]): string => {
  const named = (host: string): string => (port === 22 ? host : `[${host}]:${port}`);
  const lineOf = (host: string, key: SshKey): string => `${named(host)} ${key.type} ${key.base64}\n`;
  return hosts.flatMap((host) => keys.map((key) => lineOf(host, key))).join('');
};

const portTries = 5;

/** Between choosing a free port and the server's bind another process may take it: then another port is chosen. */
const onFreePort = async (
  dir: string,
  options: LocalSshdOptions,
  hostKeys: readonly SshKey[],
): Promise<{ port: number; sshd: GuardedSshd }> => {
  for (let tries = 1; ; tries += 1) {
    const port = await freePort(listenAddress(options));
    try {
      return { port, sshd: await launch(dir, port, options, hostKeys) };
    } catch (error) {
      if (!(error instanceof SshdError && error.code === 'port-taken' && tries < portTries)) throw error;
    }
  }
};

const launch = async (
  dir: string,
  port: number,
  options: LocalSshdOptions,
  hostKeys: readonly SshKey[],
): Promise<GuardedSshd> => {
  const config = join(dir, 'sshd_config');
  const authorized = join(dir, 'authorized_keys');
  await writeFile(authorized, options.authorizedKeys.map((line) => `${line.trim()}\n`).join(''));
  await writeFile(config, `${configLines(port, options, authorized, hostKeys).join('\n')}\n`);
  return launchSshd(config, options.signal);
};

const listenAddress = ({ address = '127.0.0.1' }: LocalSshdOptions): string =>
  address === 'all-loopback' ? '0.0.0.0' : address;

const configLines = (
  port: number,
  options: LocalSshdOptions,
  authorized: string,
  hostKeys: readonly SshKey[],
): readonly string[] => [
  ...(options.lines ?? []),
  `Port ${port}`,
  `ListenAddress ${listenAddress(options)}`,
  ...hostKeys.map(({ file }) => `HostKey ${file}`),
  `AuthorizedKeysFile ${authorized}`,
  ...(options.forceCommand === undefined ? [] : [`ForceCommand ${options.forceCommand}`]),
  // bash reads the user's own ~/.bashrc where sshd starts it, unless it is told that it is not the first shell: what stands
  // there is none of ours, and may cost more than the command itself.
  'SetEnv SHLVL=2',
  ...['PidFile none', 'UsePAM no', 'UseDNS no', 'StrictModes no', 'PermitRootLogin yes', 'PrintMotd no'],
  ...['PrintLastLog no', 'PasswordAuthentication no', 'KbdInteractiveAuthentication no', 'PubkeyAuthentication yes'],
  // Hundreds of hosts that are one server come at once, and each keeps its connection.
  ...['MaxStartups 4000', 'PerSourceMaxStartups none', 'LoginGraceTime 20', 'LogLevel INFO'],
  ...['Match Address "*,!127.0.0.0/8,!::1"', '  DenyUsers *'],
];

/** sshd of root refuses to start without it; a system makes it at boot, a container does not. */
const privilegeSeparationFolder = async (): Promise<void> => {
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
};
