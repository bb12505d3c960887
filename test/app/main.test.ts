import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { build } from 'esbuild';
import { eventually } from '../support/eventually.ts';

jest.setTimeout(60_000);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meow-'));
  await build({
    entryPoints: ['app/main.ts'],
    outfile: join(folder, 'app.mjs'),
    bundle: true,
    format: 'esm',
    platform: 'node',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'error',
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const start = (args: string[], env: Record<string, string>): ChildProcessByStdio<null, Readable, Readable> =>
  spawn(process.execPath, [join(folder, 'app.mjs'), ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });

const listening = async (child: { stdout: Readable }): Promise<{ url: string; port: number }> => {
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return JSON.parse(String(line));
};

test('says where it listens, serves, and ends with 0 on SIGTERM once all is answered', async () => {
  await writeFile(join(folder, 'boot_id'), 'boot-7\n');
  const child = start([], { PORT: '0', NODE_ID: 'i-7', BOOT_ID_FILE: join(folder, 'boot_id') });
  try {
    const { url } = await listening(child);
    expect(await (await fetch(`${url}/healthz`)).json()).toMatchObject({ node: 'i-7', bootId: 'boot-7' });
    const slow = request(`${url}/slow?ms=200`).end();
    const answered = new Promise<IncomingMessage>((resolve) => slow.once('response', resolve));
    await once(slow, 'finish');
    await fetch(`${url}/healthz`);
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    const answer = await answered;
    answer.resume();
    expect(answer.statusCode).toBe(200);
    expect(await exit).toEqual([0, null]);
  } finally {
    child.kill('SIGKILL');
  }
});

test('--port goes before PORT', async () => {
  const child = start(['--port', '0'], { PORT: '1' });
  try {
    expect((await listening(child)).port).toBeGreaterThan(1);
  } finally {
    child.kill('SIGKILL');
  }
});

test('/spin takes the whole process: nothing is answered any more', async () => {
  const child = start(['--port', '0'], {});
  try {
    const { url } = await listening(child);
    const end = new AbortController();
    const spinning = fetch(`${url}/spin`, { signal: end.signal });
    const isSilent = () =>
      fetch(`${url}/healthz`, { signal: AbortSignal.timeout(1000) }).then(
        () => false,
        () => true,
      );
    await eventually('it answers no more', isSilent);
    expect(await isSilent()).toBe(true);
    end.abort();
    await expect(spinning).rejects.toThrow('aborted');
  } finally {
    child.kill('SIGKILL');
  }
});

test('refuses a port that is none with exit 2', async () => {
  const child = start(['--port', 'web'], {});
  expect(await once(child, 'exit')).toEqual([2, null]);
});
