import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, readlink, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));
const programs = ['bash', 'dirname', 'env', 'find', 'flock', 'head', 'ln', 'mkdir', 'readlink', 'touch'];

/** A small project and a machine that has nothing but these programs and what a test puts into `bin`. */
let project: string;

const script = async (name: string, body: string): Promise<void> => {
  const file = join(project, 'bin', name);
  await writeFile(file, `#!/usr/bin/env bash\n${body}\n`);
  await chmod(file, 0o755);
};

const which = (name: string): string => {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`this machine has no ${name}`);
  return found;
};

beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), 'setup-'));
  for (const folder of ['bin', 'scripts', 'pool', 'node_modules/.bin']) {
    await mkdir(join(project, folder), { recursive: true });
  }
  for (const name of programs) await symlink(which(name), join(project, 'bin', name));
  await symlink(process.execPath, join(project, 'bin/node'));
  for (const file of ['setup', 'packages-match.mjs'])
    await cp(join(root, 'scripts', file), join(project, 'scripts', file));
  const packages = { '': { version: '1.0.0' }, 'node_modules/cat': { version: '9.0.0' } };
  await writeFile(join(project, 'package-lock.json'), JSON.stringify({ packages }));
  await writeFile(join(project, 'pool/record.ts'), '');
  await writeFile(
    join(project, 'scripts/build.mjs'),
    `import { appendFileSync, mkdirSync } from 'node:fs';
     mkdirSync('dist', { recursive: true });
     appendFileSync('dist/monkey.js', 'built ');`,
  );
  await script(
    'npm',
    'echo "npm $*" >> log; mkdir -p node_modules/cat node_modules/.bin; echo {} > node_modules/cat/package.json; read -r lock < package-lock.json; echo "$lock" > node_modules/.package-lock.json',
  );
  await script('id', 'echo 1000');
  await script('redis-server', '');
});

afterEach(() => rm(project, { recursive: true, force: true }));

const setup = (...args: readonly string[]): Promise<{ readonly exit: number | null; readonly said: string }> =>
  new Promise((resolve) => {
    const options = { env: { PATH: join(project, 'bin') } };
    const child = execFile(join(project, 'scripts/setup'), args, options, (_error, out, err) =>
      resolve({ exit: child.exitCode, said: out + err }),
    );
  });

const log = () => readFile(join(project, 'log'), 'utf8').catch(() => '');

test('installs the packages, builds and links the command', async () => {
  expect(await setup()).toEqual({ exit: 0, said: 'setup: installing npm packages\nsetup: building\n' });
  expect(await log()).toMatch(/^npm ci /);
  expect(await readlink(join(project, 'node_modules/.bin/monkey'))).toBe('../../dist/monkey.js');
  expect(await readFile(join(project, 'node_modules/.bin/monkey'), 'utf8')).toBe('built ');
});

test('says and does nothing when nothing is missing', async () => {
  await setup();
  expect(await setup()).toEqual({ exit: 0, said: '' });
  expect(await readFile(join(project, 'dist/monkey.js'), 'utf8')).toBe('built ');
});

test('builds again when a source is newer', async () => {
  await setup();
  const later = new Date(Date.now() + 60_000);
  await utimes(join(project, 'pool/record.ts'), later, later);
  expect(await setup()).toEqual({ exit: 0, said: 'setup: building\n' });
});

test('installs again when a package is not the one of the lock, or gone', async () => {
  await setup();
  await rm(join(project, 'node_modules/cat'), { recursive: true });
  expect((await setup()).said).toContain('installing npm packages');
  const packages = { '': { version: '1.0.0' }, 'node_modules/cat': { version: '9.0.1' } };
  await writeFile(join(project, 'package-lock.json'), JSON.stringify({ packages }));
  expect((await setup()).said).toContain('installing npm packages');
});

test('does the work once when started twice side by side', async () => {
  const runs = await Promise.all([setup(), setup(), setup()]);
  expect(runs.map(({ exit }) => exit)).toEqual([0, 0, 0]);
  expect((await log()).split('\n')).toHaveLength(2);
  expect(await readFile(join(project, 'dist/monkey.js'), 'utf8')).toBe('built ');
});

test('refuses a Node that is too old, in one sentence', async () => {
  await rm(join(project, 'bin/node'));
  await script('node', 'if [ "$1" = -p ]; then echo 18.19.0; else exit 1; fi');
  expect(await setup()).toEqual({
    exit: 2,
    said: 'setup: Node 18.19.0 is too old; Doctor Monkey needs Node 20.19 or later. Get Node 24 from https://nodejs.org/en/download, or with nvm: nvm install 24\n',
  });
});

test('says where Node comes from when there is none', async () => {
  await rm(join(project, 'bin/node'));
  const { exit, said } = await setup();
  expect(exit).toBe(2);
  expect(said).toContain('Node is not installed');
});

test('installs a Redis server with apt-get where it may, and takes Valkey where there is no Redis', async () => {
  await rm(join(project, 'bin/redis-server'));
  await script('id', 'echo 0');
  await script(
    'apt-get',
    `echo "apt-get $*" >> log
    case "$*" in *redis-server) exit 100 ;; *valkey-server) ln -s npm bin/valkey-server ;; esac`,
  );
  expect((await setup()).exit).toBe(0);
  const asked = (await log()).split('\n').filter((line) => line.startsWith('apt-get'));
  expect(asked.map((line) => line.split(' ').at(-1))).toEqual(['redis-server', '-qq', 'redis-server', 'valkey-server']);
});

test.each([
  ['apt-get', 'sudo apt-get install redis-server'],
  ['dnf', 'sudo dnf install valkey'],
  ['apk', 'sudo apk add valkey'],
  ['pacman', 'sudo pacman -S valkey'],
  ['brew', 'brew install redis'],
])('without the right to install, says how on a system with %s, and has built all the same', async (manager, how) => {
  await rm(join(project, 'bin/redis-server'));
  await script(manager, 'echo "was called" >> log');
  const { exit, said } = await setup();
  expect(exit).toBe(1);
  expect(said).toContain(how);
  expect(await log()).not.toContain('was called');
  expect(existsSync(join(project, 'dist/monkey.js'))).toBe(true);
});

test('refuses an argument that it does not know', async () => {
  expect((await setup('--fast')).exit).toBe(2);
});
