import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setImmediate } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { type LocalRedis, startLocalRedis } from '../../../infra/local-redis/local-redis.ts';

const started: LocalRedis[] = [];
const start = async (options?: Parameters<typeof startLocalRedis>[0]) => {
  const redis = await startLocalRedis(options);
  started.push(redis);
  return redis;
};

afterEach(async () => {
  await Promise.all(started.splice(0).map((redis) => redis.stop()));
});

/** Sends one inline command and returns the first part of the answer. */
const ask = async (port: number, command: string): Promise<string> => {
  const socket = connect(port, '127.0.0.1');
  socket.write(`${command}\r\n`);
  const [answer] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return answer.toString();
};

/** A zombie that nobody has reaped yet is not alive. */
const alive = (pid: number): boolean => {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
};

test('answers as soon as it is started, and leaves neither process nor folder when stopped', async () => {
  const redis = await start();
  expect(await ask(redis.port, 'PING')).toBe('+PONG\r\n');
  expect(existsSync(redis.dir)).toBe(true);
  await redis.stop();
  expect(alive(redis.pid)).toBe(false);
  expect(existsSync(redis.dir)).toBe(false);
});

test('forgets everything when restarted, and keeps its port', async () => {
  const redis = await start();
  await ask(redis.port, 'SET cat meow');
  const firstPid = redis.pid;
  await redis.restart();
  expect(redis.pid).not.toBe(firstPid);
  expect(await ask(redis.port, 'GET cat')).toBe('$-1\r\n');
});

test('finds what it had written to disk after a kill, where it was told to write', async () => {
  const redis = await start({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
  await ask(redis.port, 'SET cat meow');
  await redis.kill();
  expect(alive(redis.pid)).toBe(false);
  await redis.restart();
  expect(await ask(redis.port, 'GET cat')).toBe('$4\r\nmeow\r\n');
});

test('stops even when frozen', async () => {
  const redis = await start();
  process.kill(redis.pid, 'SIGSTOP');
  await redis.kill();
  expect(alive(redis.pid)).toBe(false);
});

test('says what it said when it does not start', async () => {
  await expect(startLocalRedis({ args: ['--no-such-option', 'x'] })).rejects.toThrow(/no-such-option/);
});

test('names a taken port', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  await expect(startLocalRedis({ args: ['--port', String(port)] })).rejects.toMatchObject({ code: 'port-taken' });
  other.close();
});

test('dies with the process that started it', async () => {
  const module = new URL('../../../infra/local-redis/local-redis.ts', import.meta.url).href;
  const owner = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', await owning(module)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: owner.stdout }), 'line')) as [string];
  const { pid, port } = JSON.parse(line) as { pid: number; port: number };
  const connection = connect(port, '127.0.0.1');
  await once(connection, 'connect');
  // A server that is killed closes its connections, or resets them: both are its end.
  connection.on('error', () => undefined);
  const closed = new Promise((resolve) => connection.on('close', resolve));
  owner.kill('SIGKILL');
  await closed;
  while (alive(pid)) await setImmediate();
});

/** The module is TypeScript and Node 20 is not: it is compiled to one string that a bare `node -e` runs. */
const owning = async (module: string): Promise<string> => {
  const { build } = await import('esbuild');
  const source = `
    import { startLocalRedis } from ${JSON.stringify(new URL(module).pathname)};
    const { pid, port } = await startLocalRedis({ dir: process.cwd() });
    console.log(JSON.stringify({ pid, port }));
    setInterval(() => {}, 1000);
  `;
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: '/' },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
  });
  return outputFiles[0]!.text;
};
