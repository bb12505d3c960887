/** A restart of the proxy under load, with the listening socket in the hands of whoever starts it, as systemd does it. */
import { type ChildProcess, spawn } from 'node:child_process';
import net from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import { ask, Stage, until } from '../proxy/stage.ts';

const stage = new Stage();
afterEach(() => stage.clear());

const built = fileURLToPath(new URL('../../dist/monkey.js', import.meta.url));

interface Handle {
  readonly getsockname: (out: { port?: number }) => number;
  readonly close: () => void;
}

/** A bound socket that this process never accepts on; Node has no public way to one. */
const boundSocket = (): Handle => {
  const bind = Reflect.get(net, '_createServerHandle') as (host: string, port: number, family: number) => Handle;
  const handle = bind('127.0.0.1', 0, 4);
  stage.onClear(async () => handle.close());
  return handle;
};

/** Starts the proxy on this socket; resolves once it listens. */
const start = async (socket: Handle, node: string): Promise<ChildProcess> => {
  const args = [process.execPath, built, 'proxy', '--static', node];
  const child = spawn('sh', ['-c', 'LISTEN_PID=$$ exec "$0" "$@"', ...args], {
    env: { PATH: process.env['PATH'], LISTEN_FDS: '1' },
    stdio: ['ignore', 'pipe', 'ignore', socket as never],
  });
  stage.onClear(async () => void child.kill('SIGKILL'));
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', (code) => reject(new Error(`the proxy ended with ${code}`)));
  });
  return child;
};

const stop = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => {
    child.once('exit', resolve);
    child.kill('SIGTERM');
  });

test('three restarts under load: no connection is refused, and no request fails', async () => {
  const node = await stage.node((req, res) => {
    if (req.url === '/slow') setTimeout(() => res.end('meow'), 300);
    else res.end('meow');
  });
  const socket = boundSocket();
  const out: { port?: number } = {};
  socket.getsockname(out);
  const url = `http://127.0.0.1:${out.port}`;
  let child = await start(socket, node.url);
  const failures: string[] = [];
  const load = { answers: 0, isOver: false };
  const client = async (path: string): Promise<void> => {
    while (!load.isOver) {
      const got = await ask(`${url}${path}`).then(({ status }) => String(status), String);
      if (got === '200') load.answers += 1;
      else failures.push(got);
    }
  };
  const clients = ['/', '/', '/', '/', '/slow', '/slow', '/slow', '/slow'].map(client);
  for (let restart = 0; restart < 3; restart += 1) {
    const before = load.answers;
    expect(await stop(child)).toBe(0);
    child = await start(socket, node.url);
    await until(() => load.answers >= before + 100 || failures.length > 0, 'answers after a restart');
  }
  load.isOver = true;
  await Promise.all(clients);
  expect(failures).toEqual([]);
  expect(await stop(child)).toBe(0);
});
