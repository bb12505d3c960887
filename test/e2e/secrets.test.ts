/** Marked secrets in all places that they come from: what of them is ever seen, however things go wrong. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { stringify } from 'yaml';
import { connectRedisPool } from '../../pool/redis/redis-pool.ts';
import { eventually } from '../support/eventually.ts';
import { startMonkey } from '../support/monkey.ts';
import { put } from '../support/nodes.ts';
import { commitTo } from '../support/pool-writer.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';

const mark = 'SEEN-AND-LOST';
const secretOf = (name: string): string => `${mark}-${name}`;
const secrets = {
  DOCTOR_MONKEY_REDIS_PASSWORD: secretOf('redis'),
  DOCTOR_MONKEY_PAGER_KEY: secretOf('pager'),
  SLACK_BOT_TOKEN: `xoxb-${secretOf('slack')}`,
  AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
  AWS_SECRET_ACCESS_KEY: secretOf('aws'),
} as const;

const monkey = fileURLToPath(new URL('../../dist/monkey.js', import.meta.url));
const limits = { deadlineMs: 20_000 };
let redis: TestRedis;
let dir: string;
let config: string;
/** Answers each request with what it was sent, as a service would that quotes what it refuses. */
const echo = createServer((request, response) => {
  let body = '';
  request.on('data', (part: Buffer) => (body += part.toString()));
  request.on('end', () => {
    response.writeHead(403, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ok: false, error: `refused: ${request.headers.authorization ?? ''} ${body}` }));
  });
});

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'secrets-'));
  redis = await startRedis({ args: ['--requirepass', secrets.DOCTOR_MONKEY_REDIS_PASSWORD] });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const address = echo.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  config = join(dir, 'config.yaml');
  await writeFile(
    config,
    stringify({
      pool: { name: 'web', redis: { url: redis.url }, allowedNetworks: ['127.0.0.0/8'] },
      node: { id: 'i-0aaaaaaaaaaaaaaaa', url: 'http://127.0.0.1:9' },
      slack: { channel: 'C0123456789', apiUrl: url },
      pages: { webhook: { url: `${url}/pages` } },
      ec2: { endpoint: url, region: 'eu-central-1' },
    }),
  );
});
afterAll(async () => {
  echo.close();
  await redis.stop();
  await rm(dir, { recursive: true, force: true });
});

/** All that a command says on stdout and stderr, to its end. */
const said = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> =>
  new Promise((resolve) => {
    const given = { PATH: process.env['PATH'], ...secrets, ...env };
    execFile(process.execPath, [monkey, ...args, '--config', config], { env: given }, (error, out, err) =>
      resolve(`exit ${String(error?.code ?? 0)}\n${out}${err}`),
    );
  });

const wrong = { DOCTOR_MONKEY_REDIS_PASSWORD: secretOf('wrong') };

test.each([
  { args: ['config', 'show'], says: /"?pagerKey|pager key set/ },
  { args: ['config', 'show', '--json'], says: /"redisPassword":"set"/ },
  { args: ['config', 'check'], says: /no problems/ },
  { args: ['config', 'check', '--online'], says: /redis-rights/ },
  { args: ['config', 'check', '--online', '--json'], says: /"redis-rights"/ },
  { args: ['nodes'], says: /exit 0/ },
])(
  '$args says no secret',
  async ({ args, says }) => {
    const text = await said(args);
    expect(text).toMatch(says);
    expect(text).not.toContain(mark);
  },
  60_000,
);

test.each([[['nodes']], [['config', 'check', '--online']], [['drain', 'i-0aaaaaaaaaaaaaaaa', '--because', 'b']]])(
  '%j with a wrong password says what is wrong and what to do, and not the password',
  async (args) => {
    const text = await said(args, wrong);
    expect(text).toMatch(
      /WRONGPASS: Redis does not know the user default with this password; check .*DOCTOR_MONKEY_REDIS_PASSWORD/,
    );
    expect(text).toMatch(args[0] === 'config' ? /^exit 1/ : /^exit 2/);
    expect(text).not.toContain(mark);
  },
  60_000,
);

test('without any password, Redis wants one, and the sentence says where it goes', async () => {
  const text = await said(['nodes', '--redis', redis.url, '--pool', 'web'], { DOCTOR_MONKEY_REDIS_PASSWORD: '' });
  expect(text).toMatch(/^exit 2/);
  expect(text).not.toContain(mark);
}, 60_000);

test.each(['agent', 'controller', 'proxy'])(
  'a %s that is not let in logs no secret',
  async (daemon) => {
    const running = startMonkey([daemon, '--config', config], { ...secrets, ...wrong });
    try {
      await eventually('that it says so', () => running.log().includes('WRONGPASS'), 20_000);
    } finally {
      await running.kill();
    }
    expect(running.log()).not.toContain(mark);
  },
  60_000,
);

test('a controller whose Slack and pager quote what they refuse keeps it out of its log and of Redis', async () => {
  const password = secrets.DOCTOR_MONKEY_REDIS_PASSWORD;
  const store = connectRedisPool({ name: 'web', url: redis.url, password });
  const admin = new Redis(redis.url, { password });
  const running = startMonkey(['controller', '--config', config], secrets);
  try {
    const notices = [{ id: 'n', kind: 'sick', text: 'n', urgency: 'page' }] as const;
    const step = { kind: 'incident', incident: 'i', node: 'a', entry: { step: 's', because: 'b' } } as const;
    await commitTo(store, [put('a', { url: 'http://127.0.0.1:9' }), step], { notices }, limits);
    const refused = (): boolean => /slack-not-told|notice-not-taken/.test(running.log());
    await eventually('that Slack refuses', refused, 20_000);
    await eventually('that the pager refuses', () => /pager-not-told|page-not-taken/.test(running.log()), 20_000);
    // A key may have run out since it was listed.
    const dump = async (key: string): Promise<Buffer | null> => admin.dumpBuffer(key);
    const texts = await Promise.all((await admin.keys('*')).map(async (key) => (await dump(key))?.toString('latin1')));
    expect(texts.join('\n')).not.toContain(mark);
  } finally {
    await running.kill();
    admin.disconnect();
    await store.close();
  }
  expect(running.log()).not.toContain(mark);
}, 60_000);
