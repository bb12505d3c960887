import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { notifier } from '../../../monkey/host/systemd.ts';
import type { Clock } from '../../../pool/clock.ts';
import type { Log } from '../../../pool/log.ts';
import { silentLog } from '../../../pool/log.ts';

let folder: string;
let nowMs: number;
const clock: Clock = { monotonicMs: () => nowMs, sleep: async () => undefined };

/** A systemd-notify that writes down what it was asked to say. */
const fakeNotify = async (body = 'echo "$NOTIFY_SOCKET: $*" >> "${0%/*}/said"') => {
  await writeFile(join(folder, 'systemd-notify'), `#!/bin/sh\n${body}\n`);
  await chmod(join(folder, 'systemd-notify'), 0o755);
};

const environment = (more: Record<string, string> = {}) => ({
  PATH: `${folder}:/usr/bin:/bin`,
  NOTIFY_SOCKET: '/run/notify',
  ...more,
});

const said = async () => (await readFile(join(folder, 'said'), 'utf8').catch(() => '')).split('\n').slice(0, -1);

beforeEach(async () => {
  nowMs = 0;
  folder = await mkdtemp(join(tmpdir(), 'notify-'));
  await fakeNotify();
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test('starts nothing where systemd did not start us', async () => {
  const { ready, stopping, watchdog } = notifier({ PATH: folder }, silentLog, clock);
  watchdog();
  await ready();
  await stopping();
  expect(await said()).toEqual([]);
});

test('says that it is ready and that it stops', async () => {
  const { ready, stopping } = notifier(environment(), silentLog, clock);
  await ready();
  await stopping();
  expect(await said()).toEqual(['/run/notify: READY=1', '/run/notify: STOPPING=1']);
});

test('gives a sign of life once in half of the time that the watchdog allows, however often it is called', async () => {
  const { stopping, watchdog } = notifier(environment({ WATCHDOG_USEC: '60000000' }), silentLog, clock);
  for (nowMs = 0; nowMs < 30_000; nowMs += 1_000) watchdog();
  await stopping();
  nowMs = 30_000;
  watchdog();
  await stopping();
  const signs = (await said()).filter((line) => line.includes('WATCHDOG=1'));
  expect(signs).toHaveLength(2);
});

test("keeps quiet where there is no watchdog, or it is another process's", async () => {
  const none = notifier(environment(), silentLog, clock);
  none.watchdog();
  const others = notifier(environment({ WATCHDOG_USEC: '60000000', WATCHDOG_PID: '1' }), silentLog, clock);
  others.watchdog();
  await none.stopping();
  await others.stopping();
  expect((await said()).filter((line) => line.includes('WATCHDOG'))).toEqual([]);
});

test('sends the last status along with the next message, as one line', async () => {
  const { ready, status } = notifier(environment(), silentLog, clock);
  status('joining');
  status('serving\nsince noon');
  await ready();
  expect(await said()).toEqual(['/run/notify: READY=1 STATUS=serving since noon']);
});

test('says once that systemd cannot be told, and goes on', async () => {
  const events: string[] = [];
  const log: Log = { ...silentLog, warn: (event) => events.push(event) };
  await fakeNotify('exit 1');
  const { ready, stopping } = notifier(environment(), log, clock);
  await ready();
  await stopping();
  expect(events).toEqual(['systemd-not-told']);
});
