/** A proxy of two workers as real processes, in front of a pool in a real Redis: what drains, deaths and restarts do to it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { Agent } from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from '@jest/globals';
import { drained } from '../../monkey/doctor/treatment/drained.ts';
import { buildCommit } from '../../pool/build-commit.ts';
import type { NodeDraft } from '../../pool/commit.ts';
import { defaultPolicy } from '../../pool/policy.ts';
import { connectRedisPool } from '../../pool/redis/redis-pool.ts';
import { ask, Stage } from '../proxy/stage.ts';
import { makeCertificates, withoutOpenssl } from '../support/certificates.ts';
import { startMonkey } from '../support/monkey.ts';
import { draftOf, put } from '../support/nodes.ts';
import { startRedis } from '../support/redis.ts';
import { testUnless } from '../support/unless.ts';

const stage = new Stage();
afterEach(() => stage.clear());

const built = fileURLToPath(new URL('../../dist/monkey.js', import.meta.url));
const limits = { deadlineMs: 5_000 };

/** Resolves once this is true; processes start and end meanwhile, on a machine that has much else to do. */
const until = async (isTrue: () => boolean | Promise<boolean>, what: string, withinMs = 60_000): Promise<void> => {
  const endMs = performance.now() + withinMs;
  while (!(await isTrue())) {
    if (performance.now() > endMs) throw new Error(`${what} did not come true within ${withinMs} ms`);
    await sleep(20);
  }
};

interface ShownWorker {
  readonly worker: number;
  readonly pid: number;
  readonly router: string;
  readonly state: string;
  readonly restarts: number;
  readonly inFlight: number;
}

interface Handle {
  readonly getsockname: (out: { port?: number }) => number;
  readonly close: () => void;
}

/** A bound socket in the hands of whoever starts the proxy, as systemd has it. */
const boundSocket = (): Handle => {
  const bind = Reflect.get(net, '_createServerHandle') as (host: string, port: number, family: number) => Handle;
  const handle = bind('127.0.0.1', 0, 4);
  stage.onClear(async () => handle.close());
  return handle;
};

const poolOf = async (nodes: Readonly<Record<string, string>>, more = '') => {
  const redis = await startRedis();
  stage.onClear(() => redis.stop());
  const folder = await mkdtemp(join(tmpdir(), 'proxy-workers-'));
  stage.onClear(() => rm(folder, { recursive: true }));
  const store = connectRedisPool({ name: 'web', url: redis.url });
  stage.onClear(() => store.close());
  const set = async (id: string, rest: Partial<NodeDraft>, commit: string): Promise<void> => {
    const result = await store.commit(buildCommit(await store.view(limits), draftOf([put(id, rest)]), commit), limits);
    expect(result.kind).toBe('committed');
  };
  for (const [id, url] of Object.entries(nodes)) await set(id, { url }, `${id}-joins`);
  const config = join(folder, 'config.yaml');
  await writeFile(
    config,
    `pool: {name: web, redis: {url: "${redis.url}"}, allowedNetworks: [127.0.0.0/8]}
proxy: {workers: 2, listen: "127.0.0.1:0", admin: "127.0.0.1:0", firstByte: [{path: /, deadline: 60s}],
        stop: {deadline: 5s}, ${more}accessLog: {path: "${folder}/access.log"}}
`,
  );
  return { store, set, config, folder };
};

/** Starts the proxy; resolves once all of its workers serve. */
const proxyOf = async (config: string, socket?: Handle) => {
  const args = [process.execPath, built, 'proxy', '--config', config];
  const child: ChildProcess =
    socket === undefined
      ? spawn(args[0]!, args.slice(1), { env: { PATH: process.env['PATH'] }, stdio: ['ignore', 'pipe', 'pipe'] })
      : spawn('sh', ['-c', 'LISTEN_PID=$$ exec "$0" "$@"', ...args], {
          env: { PATH: process.env['PATH'], LISTEN_FDS: '1' },
          stdio: ['ignore', 'pipe', 'pipe', socket as never],
        });
  let log = '';
  child.stderr?.on('data', (part: Buffer) => (log += part.toString()));
  const ended = new Promise<number | string>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'gone'));
  });
  const pids = new Set<number>();
  stage.onClear(async () => {
    child.kill('SIGKILL');
    await ended;
    for (const pid of pids) signalTo(pid, 'SIGKILL');
    await until(() => [...pids].every((pid) => !signalTo(pid, 0)), 'the end of all workers');
  });
  const said = await new Promise<{ listening: string; admin: string }>((resolve, reject) => {
    child.stdout?.once('data', (data: Buffer) => resolve(JSON.parse(data.toString())));
    void ended.then((code) => reject(new Error(`ended with ${code}: ${log}`)));
  });
  const workers = async (): Promise<readonly ShownWorker[]> => {
    const { body } = await ask(`${said.admin}/members`);
    const shown = (JSON.parse(body) as { workers: readonly ShownWorker[] }).workers;
    for (const { pid } of shown) pids.add(pid);
    return shown;
  };
  const metric = async (line: string): Promise<number> => {
    const { body } = await ask(`${said.admin}/metrics`);
    const found = body.split('\n').find((text) => text.startsWith(`doctor_monkey_proxy_${line} `));
    return Number(found?.split(' ').at(-1) ?? Number.NaN);
  };
  await workers();
  return { child, ended, url: said.listening, admin: said.admin, log: () => log, workers, metric };
};

/** False: there is none of this number. */
const signalTo = (pid: number, signal: NodeJS.Signals | 0): boolean => {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
};

/** The certificates that 24 clients are shown who come at once, so that every worker serves some. */
const prints = async (url: string): Promise<ReadonlySet<string>> => {
  const seen = Array.from({ length: 24 }, async () => {
    const socket = connectTls({ port: Number(new URL(url).port), host: '127.0.0.1', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { fingerprint256 } = socket.getPeerCertificate();
    socket.destroy();
    return fingerprint256;
  });
  return new Set(await Promise.all(seen));
};

/** A node that answers `/hold` only when it is told to. */
const holdingNode = async () => {
  const held: ServerResponse[] = [];
  const node = await stage.node((req, res) => {
    if (req.url === '/hold') held.push(res);
    else res.end('meow');
  });
  return { ...node, held };
};

test('a drain ends when every worker has let go: one that hangs is waited for, one that is dead is not', async () => {
  const [sick, well] = [await holdingNode(), await stage.node()];
  const { store, set, config } = await poolOf({ a: sick.url });
  const proxy = await proxyOf(config);
  const answers: Promise<string>[] = [];
  const holdOne = async (): Promise<void> => {
    answers.push(ask(`${proxy.url}/hold`, { timeout: 120_000 }).then(({ status }) => String(status), String));
    await until(() => sick.held.length === answers.length, 'the request at the node');
  };
  while ((await proxy.workers()).some(({ inFlight }) => inFlight === 0)) await holdOne();
  const [first, second] = await proxy.workers();
  expect((first?.inFlight ?? 0) + (second?.inFlight ?? 0)).toBe(answers.length);

  await set('b', { url: well.url }, 'b-joins');
  await set('a', { url: sick.url, state: 'draining', drain: 'd1' }, 'd1');
  const judge = async () => {
    const view = await store.view(limits);
    const verdict = drained(view, view.nodes.get('a')!, defaultPolicy(), { waitedMs: 0, established: undefined });
    return { verdict, routers: view.routers };
  };
  await until(
    async () => [...(await judge()).routers.values()].every(({ draining }) => (draining['d1'] ?? 0) > 0),
    'd1',
  );
  expect((await judge()).verdict).toMatchObject({
    kind: 'waiting',
    because: `${answers.length} requests are in flight`,
  });

  // One worker hangs with requests in flight; those of the other end.
  signalTo(second!.pid, 'SIGSTOP');
  for (const res of sick.held) res.end('meow');
  await until(async () => (await judge()).routers.get(first!.router)?.draining['d1'] === 0, 'zero of the first');
  expect((await judge()).verdict).toMatchObject({ kind: 'waiting' });
  await until(async () => {
    const { verdict } = await judge();
    return verdict.because === `routers are silent: ${second!.router}`;
  }, 'the silence of the one that hangs');
  expect(await ask(`${proxy.admin}/ready`)).toMatchObject({ status: 200 });
  expect(JSON.parse((await ask(`${proxy.admin}/ready`)).body)).toMatchObject({ because: 'worker 2 is silent' });

  // It is killed: the pool forgets it, and its successor has applied the drain.
  signalTo(second!.pid, 'SIGKILL');
  await until(async () => (await judge()).verdict.kind === 'drained', 'the end of the drain');
  expect([...(await judge()).routers.keys()]).not.toContain(second!.router);
  const ends = await Promise.all(answers);
  expect(ends.filter((end) => end === '200')).toHaveLength(first!.inFlight);
  await until(
    async () => (await ask(`${proxy.admin}/ready`)).body.startsWith('{"ok":true,"panic":false'),
    'readiness of all workers',
  );
  expect(await proxy.metric('worker_restarts_total')).toBe(1);
}, 240_000);

test('a worker that is killed under load takes its own connections along and nothing else, and is replaced', async () => {
  const node = await stage.node((_req, res) => setTimeout(() => res.end('meow'), 5));
  const { config } = await poolOf({ a: node.url });
  const proxy = await proxyOf(config);
  // Whatever is in the file by now: workers live by what the first process has read.
  await writeFile(config, 'pool: [');
  const load = { isOver: false, answered: 0, failed: [] as string[] };
  const client = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!load.isOver) {
      const end = await ask(proxy.url, { agent }).then(({ status }) => String(status), String);
      if (end === '200') load.answered += 1;
      else load.failed.push(end);
    }
    agent.destroy();
  };
  const clients = Array.from({ length: 12 }, client);
  await until(() => load.answered >= 200, 'answers');
  for (let death = 1; death <= 2; death += 1) {
    const [victim] = [...(await proxy.workers())].sort((a, b) => b.inFlight - a.inFlight);
    const before = load.answered;
    signalTo(victim!.pid, 'SIGKILL');
    await until(async () => (await proxy.metric('worker_restarts_total')) === death, 'the successor');
    await until(
      async () => (await ask(`${proxy.admin}/ready`)).body.startsWith('{"ok":true,"panic":false'),
      'readiness of all workers',
    );
    await until(() => load.answered >= before + 200, 'answers after it');
  }
  load.isOver = true;
  await Promise.all(clients);
  expect(load.failed.filter((end) => !/ECONNRESET|socket hang up/.test(end))).toEqual([]);
  expect(load.failed.length).toBeLessThanOrEqual(2 * clients.length);
  expect((await proxy.workers()).map(({ state }) => state)).toEqual(['serving', 'serving']);
  proxy.child.kill('SIGTERM');
  expect(await proxy.ended).toBe(0);
  expect(proxy.log().match(/"event":"worker-ended"/g)).toHaveLength(2);
}, 240_000);

test('what all workers have counted is what was sent, and every line of the access log is whole', async () => {
  const node = await stage.node();
  const { config, folder } = await poolOf({ a: node.url });
  const proxy = await proxyOf(config);
  const clients = Array.from({ length: 8 }, async (_, client) => {
    for (let request = 0; request < 50; request += 1) await ask(`${proxy.url}/${client}-${'x'.repeat(1_000)}`);
  });
  await Promise.all(clients);
  expect(await proxy.metric('requests_total{code="2xx"}')).toBe(400);
  expect(await proxy.metric('request_seconds_count')).toBe(400);
  proxy.child.kill('SIGTERM');
  expect(await proxy.ended).toBe(0);
  const lines = (await readFile(`${folder}/access.log`, 'utf8')).trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { status: number }).status)).toEqual(Array(400).fill(200));
  // Each process tells of its own end, once, under its own name.
  const told = [...proxy.log().matchAll(/"name":"([^"]+)".*"event":"router-(stopping|stopped)"/g)];
  const processes = ['proxy', 'proxy-1', 'proxy-2'];
  expect(told.map(([, name, what]) => `${name} ${what}`).sort()).toEqual(
    processes.flatMap((name) => [`${name} stopped`, `${name} stopping`]).sort(),
  );
}, 120_000);

testUnless(withoutOpenssl())(
  'a new certificate is shown by every worker',
  async () => {
    const [old, fresh] = [await makeCertificates(), await makeCertificates()];
    for (const { remove } of [old, fresh]) stage.onClear(remove);
    const node = await stage.node();
    const { config } = await poolOf({ a: node.url }, `tls: {cert: "${old.cert}", key: "${old.key}"}, `);
    const proxy = await proxyOf(config);
    expect(proxy.url).toMatch(/^https:/);
    const shown = await prints(proxy.url);
    expect(shown.size).toBe(1);
    await copyFile(fresh.cert, old.cert);
    await copyFile(fresh.key, old.key);
    await until(async () => {
      const now = await prints(proxy.url);
      return now.size === 1 && [...now].every((print) => !shown.has(print));
    }, 'the new certificate, everywhere');
  },
  120_000,
);

test('two restarts under load, with the socket handed over: no connection is refused, and no request fails', async () => {
  const node = await stage.node((req, res) => void setTimeout(() => res.end('meow'), req.url === '/slow' ? 300 : 0));
  const { config, store } = await poolOf({ a: node.url });
  const socket = boundSocket();
  const out: { port?: number } = {};
  socket.getsockname(out);
  const url = `http://127.0.0.1:${out.port}`;
  let proxy = await proxyOf(config, socket);
  expect(proxy.url).toBe(url);
  const load = { answers: 0, isOver: false, failures: [] as string[] };
  const client = async (path: string): Promise<void> => {
    while (!load.isOver) {
      const got = await ask(`${url}${path}`).then(({ status }) => String(status), String);
      if (got === '200') load.answers += 1;
      else load.failures.push(got);
    }
  };
  const clients = ['/', '/', '/', '/', '/slow', '/slow'].map(client);
  for (let restart = 0; restart < 2; restart += 1) {
    const before = load.answers;
    proxy.child.kill('SIGTERM');
    expect(await proxy.ended).toBe(0);
    proxy = await proxyOf(config, socket);
    await until(() => load.answers >= before + 50 || load.failures.length > 0, 'answers after a restart');
  }
  load.isOver = true;
  await Promise.all(clients);
  expect(load.failures).toEqual([]);
  // All who have ended have said good-bye.
  expect((await store.view(limits)).routers.size).toBe(2);
}, 240_000);

test('where the workers cannot begin it ends with 3, says why, and leaves nobody', async () => {
  const { config, store } = await poolOf({}, 'tls: {cert: /nowhere, key: /nowhere}, ');
  const running = startMonkey(['proxy', '--config', config]);
  stage.onClear(running.kill);
  expect(await running.ended).toBe(3);
  expect(running.log()).toMatch(/the proxy does not start: proxy\.tls: \/nowhere: ENOENT/);
  expect((await store.view(limits)).routers.size).toBe(0);
}, 120_000);

test('workers whose first process was killed end by themselves, and the port is free', async () => {
  const node = await stage.node();
  const { config, store } = await poolOf({ a: node.url });
  const proxy = await proxyOf(config);
  const pids = (await proxy.workers()).map(({ pid }) => pid);
  proxy.child.kill('SIGKILL');
  await until(() => pids.every((pid) => !signalTo(pid, 0)), 'the end of the workers');
  await expect(ask(proxy.url)).rejects.toThrow('ECONNREFUSED');
  expect((await store.view(limits)).routers.size).toBe(0);
}, 120_000);
