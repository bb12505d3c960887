/*
 * A real redis-server (or valkey-server) on this machine, for demonstrations, benchmarks and tests.
 *
 * INVARIANTS
 * - It listens on loopback only, on a port that was free.
 * - It never outlives the process that started it, however that process ends: a small shell stands between them
 *   and kills the server once its own standard input closes.
 * - Whoever awaits `stop` finds no process and no folder of it left.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../free-port.ts';

export interface LocalRedisOptions {
  /** Further arguments of the server, such as `['--appendonly', 'yes']`; they win over the defaults. */
  readonly args?: readonly string[];
  /** A file with the users that the server knows (`aclfile`), see infra/redis/users.acl. */
  readonly aclFile?: string;
  /** The server's working folder, kept on `stop`. Without it a new one is made, and removed on `stop`. */
  readonly dir?: string;
  /** TLS instead of plain TCP, with these PEM files. */
  readonly tls?: LocalTls;
  /** A Sentinel instead of a server: the lines of its configuration, but for its port. */
  readonly sentinel?: readonly string[];
  readonly startWithinMs?: number;
  readonly signal?: AbortSignal;
}

export interface LocalTls {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** Clients must show a certificate too. */
  readonly mutual: boolean;
}

export interface LocalRedis {
  readonly url: string;
  readonly port: number;
  readonly dir: string;
  /** The server's process, for those who want to freeze it; another one after `restart`. */
  readonly pid: number;
  /** Ends the server as its owner would, and removes its folder. Calling it again does nothing. */
  stop(): Promise<void>;
  /** Ends the server as a power cut would. Its folder stays, so that `restart` finds what was on disk. */
  kill(): Promise<void>;
  /** Starts the server on the same port and folder; one that still runs is ended in order first. */
  restart(): Promise<void>;
}

/** Thrown where no server could be started; `code` says why. */
export class LocalRedisError extends Error {
  readonly code: 'not-installed' | 'port-taken' | 'not-ready';

  constructor(code: LocalRedisError['code'], message: string) {
    super(message);
    this.name = 'LocalRedisError';
    this.code = code;
  }
}

interface Running {
  readonly pid: number;
  end(how: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** Starts a server; resolves once it accepts connections. */
export const startLocalRedis = async (options: LocalRedisOptions = {}): Promise<LocalRedis> => {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'local-redis-')));
  const removeDir = async (): Promise<void> => {
    if (options.dir === undefined) await rm(dir, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    const { port, running } = await onFreePort(dir, options);
    return handle(port, dir, running, options, removeDir);
  } catch (error) {
    await removeDir();
    throw error;
  }
};

const handle = (
  port: number,
  dir: string,
  first: Running,
  options: LocalRedisOptions,
  removeDir: () => Promise<void>,
): LocalRedis => {
  let running: Running | undefined = first;
  let { pid } = first;
  const end = async (how: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    const ending = running;
    running = undefined;
    await ending?.end(how);
  };
  return {
    url: `${options.tls === undefined ? 'redis' : 'rediss'}://127.0.0.1:${port}`,
    port,
    dir,
    get pid() {
      return pid;
    },
    stop: async () => {
      await end('SIGTERM');
      await removeDir();
    },
    kill: () => end('SIGKILL'),
    restart: async () => {
      await end('SIGTERM');
      running = await launch(port, dir, options);
      ({ pid } = running);
    },
  };
};

const portTries = 5;

/** Between choosing a free port and the server's bind another process may take it: then another port is chosen. */
const onFreePort = async (dir: string, options: LocalRedisOptions): Promise<{ port: number; running: Running }> => {
  for (let tries = 1; ; tries += 1) {
    const port = await freePort();
    try {
      return { port, running: await launch(port, dir, options) };
    } catch (error) {
      const again = error instanceof LocalRedisError && error.code === 'port-taken' && tries < portTries;
      if (!again) throw error;
    }
  }
};

/**
 * Says the server's pid and ends when the server has ended. Nobody ever writes to its input: once that closes, the
 * owner is done or dead, and the server is killed.
 */
const guardian = `
exec 3<&0
server=$(command -v redis-server || command -v valkey-server) || { echo 'guardian: not installed'; exit 127; }
"$server" "$@" </dev/null 3<&- 2>&1 & pid=$!
echo "guardian: pid $pid"
{ read -r _ <&3; kill -KILL "$pid"; } & watch=$!
wait "$pid"
kill "$watch"
wait "$watch"
exit 0
`;

const launch = async (port: number, dir: string, options: LocalRedisOptions): Promise<Running> => {
  const own =
    options.sentinel === undefined ? serverArgs(port, dir, options) : await sentinelArgs(port, dir, options.sentinel);
  const args = ['-c', guardian, 'guardian', ...own, ...(options.args ?? [])];
  // A process group of its own: Ctrl-C in a terminal reaches the owner, who ends the server when it is time.
  const child = spawn('sh', args, { stdio: ['pipe', 'pipe', 'ignore'], detached: true });
  const ended = once(child, 'close').then(() => undefined);
  const within = AbortSignal.timeout(options.startWithinMs ?? 15_000);
  const signal = options.signal === undefined ? within : AbortSignal.any([within, options.signal]);
  try {
    const pid = await ready(child, signal);
    return { pid, end: (how) => endServer(pid, how, ended) };
  } catch (error) {
    child.stdin.end();
    await ended;
    throw error;
  }
};

const serverArgs = (port: number, dir: string, { tls, aclFile }: LocalRedisOptions): readonly string[] => [
  ...['--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'no'],
  ...(tls === undefined ? ['--port', String(port)] : ['--port', '0', '--tls-port', String(port), ...tlsArgs(tls)]),
  ...(aclFile === undefined ? [] : ['--aclfile', aclFile]),
];

const tlsArgs = ({ ca, cert, key, mutual }: LocalTls): readonly string[] => [
  ...['--tls-ca-cert-file', ca, '--tls-cert-file', cert, '--tls-key-file', key],
  ...['--tls-auth-clients', mutual ? 'yes' : 'no'],
];

/** A Sentinel keeps what it has learnt in its configuration file, so one that is there is left as it is. */
const sentinelArgs = async (port: number, dir: string, lines: readonly string[]): Promise<readonly string[]> => {
  const file = join(dir, 'sentinel.conf');
  const text = ['bind 127.0.0.1', `port ${port}`, `dir ${dir}`, ...lines, ''].join('\n');
  await access(file).catch(() => writeFile(file, text));
  return [file, '--sentinel'];
};

/** Reads the log until the server accepts connections; resolves with its process id. */
const ready = (child: ChildProcess & { readonly stdout: NodeJS.ReadableStream }, signal: AbortSignal) =>
  new Promise<number>((resolve, reject) => {
    let pid = 0;
    const tail: string[] = [];
    const fail = (code: LocalRedisError['code'], what: string): void => {
      reject(new LocalRedisError(code, [`redis-server ${what}`, ...tail].join('\n  ')));
    };
    child.once('error', reject);
    child.once('close', () => fail('not-ready', 'ended before it was ready'));
    signal.addEventListener('abort', () => fail('not-ready', 'was not ready in time'), { once: true });
    // Lines are read to the very end: a server whose log nobody reads stops once the pipe is full.
    createInterface({ input: child.stdout }).on('line', (line) => {
      pid = Number(/^guardian: pid (\d+)$/.exec(line)?.[1] ?? pid);
      if (/Ready to accept connections|Sentinel ID is/.test(line)) resolve(pid);
      if (line.includes('Address already in use')) fail('port-taken', 'found its port taken');
      if (line === 'guardian: not installed') fail('not-installed', 'is not installed: run scripts/setup');
      tail.push(line);
      if (tail.length > 10) tail.shift();
    });
  });

const orderlyForMs = 5_000;

/** A server that does not go in order, because it is frozen say, is killed after a while. */
const endServer = async (pid: number, how: 'SIGTERM' | 'SIGKILL', ended: Promise<void>): Promise<void> => {
  send(pid, how);
  const impatience = setTimeout(() => send(pid, 'SIGKILL'), orderlyForMs);
  await ended;
  clearTimeout(impatience);
};

const send = (pid: number, signal: 'SIGTERM' | 'SIGKILL'): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // It is gone already, which is what was wanted.
  }
};
