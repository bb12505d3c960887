/** `monkey proxy` as the built command: what it prints, how it stops, how it refuses, and its pool in a real Redis. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { buildCommit } from '../../pool/build-commit.ts';
import { connectRedisPool } from '../../pool/redis/redis-pool.ts';
import { ask, Stage, until } from '../proxy/stage.ts';
import { type RunningMonkey, startMonkey } from '../support/monkey.ts';
import { draftOf, put } from '../support/nodes.ts';
import { startRedis } from '../support/redis.ts';

const stage = new Stage();
afterEach(() => stage.clear());

interface Listening {
  readonly listening: string;
  readonly admin: string | null;
}

const monkey = (args: readonly string[], env = {}): RunningMonkey => {
  const running = startMonkey(['proxy', ...args], env);
  stage.onClear(running.kill);
  return running;
};

/** The one line on stdout; rejects where the command ends without it. */
const firstLine = ({ child, ended, log }: RunningMonkey): Promise<Listening> =>
  new Promise((resolve, reject) => {
    child.stdout?.once('data', (data: Buffer) => resolve(JSON.parse(data.toString()) as Listening));
    void ended.then((code) => reject(new Error(`ended with ${code}: ${log()}`)));
  });

describe('monkey proxy --static', () => {
  test('says where it listens, routes, and stops cleanly with what is under way', async () => {
    const node = await stage.node((_req, res) => void setTimeout(() => res.end('meow'), 300));
    const running = monkey(['--static', node.url, '--listen', '0']);
    const { listening, admin } = await firstLine(running);
    expect(listening).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(admin).toBeNull();
    const answer = ask(listening);
    await until(() => node.begun === 1, 'the request');
    running.child.kill('SIGTERM');
    expect(await answer).toMatchObject({ status: 200, body: 'meow' });
    expect(await running.ended).toBe(0);
  });

  test('has an admin port where it is asked for', async () => {
    const node = await stage.node();
    const { admin } = await firstLine(monkey(['--static', node.url, '--listen', '0', '--admin', '0']));
    expect(await ask(`${admin ?? ''}/health`)).toMatchObject({ status: 200 });
  });

  test('says aloud that a node was named twice, and routes to it once', async () => {
    const node = await stage.node();
    const running = monkey(['--static', `${node.url},${node.url}/`, '--listen', '0', '--admin', '0']);
    const { admin } = await firstLine(running);
    const { members } = JSON.parse((await ask(`${admin ?? ''}/members`)).body) as { members: readonly unknown[] };
    expect(members).toHaveLength(1);
    await until(() => running.logged('node-named-twice') === 1, 'the line of it');
    expect(running.log()).toContain(`"url":"${node.url}/"`);
  });

  test('gives a node as long for its first byte as it is told to', async () => {
    // Longer than it is given unless told.
    const node = await stage.node((_req, res) => void setTimeout(() => res.end('meow'), 3_500));
    const urls = ['60s', '100ms'].map(async (time) => {
      const running = monkey(['--static', node.url, '--listen', '0', '--first-byte', time]);
      return (await firstLine(running)).listening;
    });
    const answers = (await Promise.all(urls)).map((url) => ask(url));
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 504]);
  });

  test.each([
    [['--redis', 'redis://127.0.0.1:1', '--pool', 'web', '--first-byte', '5s'], /--first-byte goes with --static/],
    [['--static', 'http://127.0.0.1:1', '--first-byte', '5'], /A duration like 3s or 2m/],
    [['--static', 'http://169.254.169.254', '--listen', '0'], /link-local/],
    [['--static', 'meow', '--listen', '0'], /not a URL/],
    [['--static', 'http://127.0.0.1:1', '--listen', '0', '--pool', 'web'], /does not go with --pool/],
    [['--static', 'http://127.0.0.1:1', '--listen', '0', '--workers', '2'], /does not go with --workers/],
    [['--redis', 'redis://127.0.0.1:1', '--pool', 'web', '--workers', '65'], /--workers: 65 is more than 64/],
    [['--static', 'http://127.0.0.1:1', '--listen', 'here'], /--listen: "here" is not \[HOST:\]PORT/],
    [['--static', 'http://127.0.0.1:1', '--admin', 'there'], /--admin: "there" is not/],
  ])('%j is wrong usage', async (args, because) => {
    const running = monkey(args);
    expect(await running.ended).toBe(2);
    expect(running.log()).toMatch(because);
  });

  test.each(['--listen', '--admin'])('ends with 3 where the port of %s is taken, and names it', async (option) => {
    const { url, port } = await stage.node();
    const running = monkey(['--static', url, '--listen', '0', '--admin', '0', option, String(port)]);
    expect(await running.ended).toBe(3);
    const because = `${option}: 127.0.0.1:${port} is taken already (EADDRINUSE)`;
    expect(running.log()).toBe(`monkey: the proxy does not start: ${because}\n`);
  });
});

test.each([1, 2])('of %i workers, a port of the configuration that is taken is named by its key', async (workers) => {
  const { port } = await stage.node();
  const folder = await mkdtemp(join(tmpdir(), 'monkey-proxy-'));
  stage.onClear(() => rm(folder, { recursive: true }));
  const config = join(folder, 'config.yaml');
  await writeFile(
    config,
    `pool: {name: web, redis: {url: "${await deadRedis()}"}}\nproxy: {listen: "127.0.0.1:0", admin: "127.0.0.1:${port}", workers: ${workers}}\n`,
  );
  const running = monkey(['--config', config]);
  expect(await running.ended).toBe(3);
  const because = `proxy.admin: 127.0.0.1:${port} is taken already (EADDRINUSE)`;
  expect(running.log()).toContain(`monkey: the proxy does not start: ${because}\n`);
  expect(running.logged('router-stopping') + running.logged('worker-serving')).toBe(0);
});

const deadRedis = async (): Promise<string> => (await stage.deadUrl()).replace('http:', 'redis:');

test('monkey proxy --config follows its pool, and starts again from its snapshot while Redis is away', async () => {
  const redis = await startRedis();
  stage.onClear(() => redis.stop());
  const folder = await mkdtemp(join(tmpdir(), 'monkey-proxy-'));
  stage.onClear(() => rm(folder, { recursive: true }));
  const config = join(folder, 'config.yaml');
  await writeFile(
    config,
    `pool: {name: web, redis: {url: "${redis.url}"}, allowedNetworks: [127.0.0.0/8]}\nproxy: {listen: "127.0.0.1:0", admin: "off"}\n`,
  );
  const node = await stage.node((_req, res) => res.end('meow'));
  const store = connectRedisPool({ name: 'web', url: redis.url });
  stage.onClear(() => store.close());
  const limits = { deadlineMs: 20_000 };
  const draft = draftOf([put('web-1', { url: node.url })]);
  await store.commit(buildCommit(await store.view(limits), draft, 'c1'), limits);

  const first = monkey(['--config', config], { STATE_DIRECTORY: folder });
  const { listening } = await firstLine(first);
  expect(await ask(listening)).toMatchObject({ status: 200, body: 'meow' });
  await until(async () => (await store.view(limits)).routers.size === 1, 'the report');
  first.child.kill('SIGTERM');
  expect(await first.ended).toBe(0);
  expect((await store.view(limits)).routers.size).toBe(0);

  await redis.kill();
  const again = await firstLine(monkey(['--config', config], { STATE_DIRECTORY: folder }));
  expect(await ask(again.listening)).toMatchObject({ status: 200, body: 'meow' });
});
