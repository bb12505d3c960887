import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { nodeProbe } from '../../../monkey/probe/node-probe.ts';
import { type CannedServer, cannedServer, closedPort } from '../../support/canned-server.ts';

let folder: string;
let server: CannedServer;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ping-'));
  server = await cannedServer(() => undefined);
});
afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A `ping` that does this; the system's own may be missing or forbidden. */
const ping = async (script: string) => {
  await writeFile(join(folder, 'ping'), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, 'ping'), 0o755);
};
const check = (url = server.url, host?: string, deadlineMs = 10_000) =>
  nodeProbe({ path: folder }).check({ kind: 'address', ...(host !== undefined && { host }) }, { url }, { deadlineMs });

test('passes where a ping is answered, without a connection', async () => {
  await ping(`printf "%s " "$@" > ${folder}/arguments; exit 0`);
  const result = await check(`http://127.0.0.1:${await closedPort()}`, '127.0.0.9');
  expect(result).toMatchObject({
    name: 'address',
    ok: true,
    detail: expect.stringMatching(/^127\.0\.0\.9 answered a ping in \d+ ms$/),
  });
  expect(await readFile(join(folder, 'arguments'), 'utf8')).toMatch(/^-n -q -c 1 -W \d+ -- 127\.0\.0\.9 $/);
});

test.each([
  ['there is no ping', undefined, 'there is no ping here'],
  ['ping is not permitted', 'exit 2', 'ping is not allowed'],
  ['no echo comes back', 'exit 1', 'no echo'],
])('asks by TCP where %s', async (_what, script, because) => {
  if (script !== undefined) await ping(script);
  const result = await check();
  expect(result.ok).toBe(true);
  expect(result.detail).toMatch(
    new RegExp(`^127.0.0.1 accepted a connection to port ${server.port} in \\d+ ms \\(${because}\\)$`),
  );
});

test('leaves time for TCP where ping hangs', async () => {
  await ping('exec /bin/sleep 1000');
  expect(await check(server.url, undefined, 4_000)).toMatchObject({
    ok: true,
    detail: expect.stringContaining('(no echo)'),
  });
});

test('fails where neither answers', async () => {
  const port = await closedPort();
  const result = await check(`http://127.0.0.1:${port}`);
  expect(result).toMatchObject({
    ok: false,
    detail: `connection refused by 127.0.0.1:${port} (there is no ping here)`,
  });
});

test('takes nothing for a host that could be an option of ping', async () => {
  await ping(`touch ${folder}/was-run; exit 0`);
  const result = await check(server.url, '-I$(id)');
  expect(result.ok).toBe(false);
  await expect(readFile(join(folder, 'was-run'))).rejects.toThrow();
});
