/*
 * Debian's carbon and graphite-web on loopback, for a test. The packages are downloaded and unpacked into a folder, never
 * installed: no service starts, no user is made, and nothing of them stays.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../../../infra/free-port.ts';
import { eventually } from '../../../support/eventually.ts';

/** The packages unpacked, or why this machine cannot have them. */
export type Unpacked = { readonly root: string; readonly folder: string } | { readonly missing: string };

/** Debian's own Python, for which its packages are. */
const python = '/usr/bin/python3';

/** Downloads only what this machine does not have yet, about 7 MB. Takes half a minute. */
export const unpackGraphite = async (): Promise<Unpacked> => {
  if (process.getuid?.() !== 0) return { missing: 'no right to ask apt-get for graphite-carbon and graphite-web' };
  if (spawnSync(python, ['--version']).status !== 0) return { missing: `no ${python} here` };
  const folder = await mkdtemp(join(tmpdir(), 'graphite-'));
  const archives = join(folder, 'archives');
  await mkdir(join(archives, 'partial'), { recursive: true });
  const options = ['-qq', '-y', '--no-install-recommends', '--download-only', '-o', 'DPkg::Lock::Timeout=120'];
  const get = ['install', ...options, '-o', `Dir::Cache::archives=${archives}`, 'graphite-carbon', 'graphite-web'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const run = (args: readonly string[]) => spawnSync('apt-get', args, { env, timeout: 180_000 }).status === 0;
  if (!run(get) && !(run(['update', '-qq']) && run(get))) {
    await rm(folder, { recursive: true });
    return { missing: 'apt-get could not download graphite-carbon and graphite-web' };
  }
  const root = join(folder, 'root');
  for (const name of await readdir(archives))
    if (name.endsWith('.deb')) spawnSync('dpkg-deb', ['-x', join(archives, name), root]);
  return { root, folder };
};

export interface Graphite {
  readonly url: string;
  readonly startCarbon: () => Promise<void>;
  readonly killCarbon: () => Promise<void>;
  /** Hands carbon one value over its plaintext port, as statsd does when it flushes. Rejects where nobody takes it. */
  readonly plaintext: (path: string, value: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** graphite-web, and a carbon that is not running yet and keeps a value for each second. */
export const startGraphite = async (root: string, folder: string): Promise<Graphite> => {
  // Carbon takes no port 0.
  const [linePort, queryPort] = [await freePort(), await freePort()];
  await mkdir(join(folder, 'whisper'));
  await writeFile(join(folder, 'storage-schemas.conf'), '[default]\npattern = .*\nretentions = 1s:1h\n');
  await writeFile(join(folder, 'carbon.conf'), carbonConf(folder, linePort, queryPort));
  const packages = join(root, 'usr/lib/python3/dist-packages');
  const env = { ...process.env, PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: '1', PYTHONWARNINGS: 'ignore' };
  const program = (...args: string[]) =>
    spawn(python, args, { env, stdio: ['ignore', 'pipe', 'inherit'], cwd: folder });
  const web = program(fileURLToPath(new URL('graphite-web.py', import.meta.url)), folder, String(queryPort));
  const webPort = await firstLine(web);
  // Where the packages are installed anyway, there was nothing to download.
  const downloaded = join(root, 'usr/bin/carbon-cache');
  const carbonCache = existsSync(downloaded) ? downloaded : '/usr/bin/carbon-cache';
  let carbon: ChildProcess | undefined;
  const killCarbon = async (): Promise<void> => end(carbon);
  return {
    url: `http://127.0.0.1:${webPort}`,
    startCarbon: async () => {
      const conf = `--config=${join(folder, 'carbon.conf')}`;
      await rm(join(folder, 'carbon.pid'), { force: true });
      carbon = program(carbonCache, '--nodaemon', conf, `--pidfile=${join(folder, 'carbon.pid')}`, 'start');
      carbon.stdout?.resume();
      await eventually('carbon listens', () => canConnect(linePort), 30_000);
    },
    killCarbon,
    plaintext: (path, value) => writeLine(linePort, `${path} ${value} ${Math.floor(Date.now() / 1_000)}\n`),
    close: async () => {
      await killCarbon();
      await end(web);
    },
  };
};

const carbonConf = (folder: string, linePort: number, queryPort: number): string => `[cache]
STORAGE_DIR = ${folder}
LOCAL_DATA_DIR = ${folder}/whisper
CONF_DIR = ${folder}
LOG_DIR = ${folder}
PID_DIR = ${folder}
ENABLE_LOGROTATION = False
MAX_CREATES_PER_MINUTE = inf
LINE_RECEIVER_INTERFACE = 127.0.0.1
LINE_RECEIVER_PORT = ${linePort}
PICKLE_RECEIVER_PORT = 0
CACHE_QUERY_INTERFACE = 127.0.0.1
CACHE_QUERY_PORT = ${queryPort}
`;

const canConnect = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket.destroy().destroyed));
    socket.on('error', () => resolve(false));
  });

const writeLine = (port: number, line: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(line));
    socket.on('close', () => resolve());
    socket.on('error', reject);
    socket.resume();
  });

const firstLine = async (child: ChildProcess): Promise<string> => {
  if (child.stdout === null) throw new Error('it has no stdout');
  const lines = createInterface({ input: child.stdout });
  const [line] = (await once(lines, 'line', { signal: AbortSignal.timeout(60_000) })) as [string];
  lines.close();
  child.stdout.resume();
  return line;
};

const end = async (child: ChildProcess | undefined): Promise<void> => {
  if (child?.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
};
