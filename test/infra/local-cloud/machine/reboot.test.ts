import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RebootInstancesCommand } from '@aws-sdk/client-ec2';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { LocalCloud } from '../../../../infra/local-cloud/local-cloud.ts';
import type { LifeEvent } from '../../../../infra/local-cloud/machine/life.ts';
import { answering, cloudOf, eventually, isAlive, sdkFor, shell, soon } from '../cloud.ts';

let cloud: LocalCloud;
afterEach(() => cloud.stop());

const first = () => cloud.instances[0]!;
const reboot = () => sdkFor(cloud).send(new RebootInstancesCommand({ InstanceIds: [first().id] }));
const next = (kind: LifeEvent['kind']) => cloud.untilLife((event) => event.kind === kind, soon);
const answer = async (): Promise<{ pid: number; boot: string; env: Record<string, string> }> =>
  (await fetch(first().url)).json() as Promise<{ pid: number; boot: string; env: Record<string, string> }>;
const pidIn = (file: string): number => Number(readFileSync(join(first().machineDir, file), 'utf8'));

describe('a reboot', () => {
  test('ends the app, comes back at the same URL with a new boot id, and says so in order', async () => {
    cloud = await cloudOf({ units: () => [answering] });
    await cloud.untilAnswering(soon);
    const before = await answer();
    const bootIdBefore = first().bootId;
    const booted = next('booted');
    await reboot();
    expect(await booted).toMatchObject({ instance: first().id, bootIdBefore, bootId: first().bootId });
    await cloud.untilAnswering(soon);
    const after = await answer();
    expect(before.boot).toBe(bootIdBefore);
    expect(after.boot).toBe(first().bootId);
    expect(after.boot).not.toBe(before.boot);
    expect(isAlive(before.pid)).toBe(false);
    const kinds = cloud
      .life()
      .map(({ kind }) => kind)
      .filter((kind) => kind !== 'unit-ended');
    expect(kinds).toEqual([
      'booting',
      'booted',
      'unit-started',
      'stopping',
      'off',
      'booting',
      'booted',
      'unit-started',
    ]);
  });

  test('keeps the machine away for its boot time', async () => {
    cloud = await cloudOf({ units: () => [shell('app', 'exec sleep 1000')], bootMs: 400 });
    const off = next('off');
    const booted = next('booted');
    await reboot();
    expect((await booted).atMs - (await off).atMs).toBeGreaterThanOrEqual(390);
  });

  test('ends grandchildren, children in sessions of their own, those without environment, and the deaf', async () => {
    const strays = `
      (sh -c 'echo $$ > grandchild; exec sleep 1000' &)
      setsid sh -c 'echo $$ > detached; exec sleep 1000' &
      setsid env -i /bin/sh -c 'echo $$ > bare; exec /bin/sleep 1000' &
      sh -c 'trap "" TERM; echo $$ > deaf; while :; do sleep 1; done' &
      trap '' TERM
      while :; do sleep 1; done`;
    cloud = await cloudOf({ units: () => [shell('app', strays)] });
    const names = ['grandchild', 'detached', 'bare', 'deaf', 'units/app.pid'];
    await eventually(() => names.every((name) => safePid(name) > 0), 'strays are there');
    const pids = names.map(pidIn);
    expect(pids.every(isAlive)).toBe(true);
    const off = next('off');
    await reboot();
    await off;
    expect(pids.filter(isAlive)).toEqual([]);
  });

  const safePid = (file: string): number => {
    try {
      return pidIn(file);
    } catch {
      return 0;
    }
  };

  test('lets the obedient finish, and says that the machine goes down', async () => {
    const script = `trap 'ls shutting-down > seen; echo bye > last-words; exit 0' TERM; echo ready > ready; while :; do sleep 0.05; done`;
    cloud = await cloudOf({ units: () => [shell('app', script)], graceMs: 5000 });
    const { machineDir } = first();
    await eventually(
      () =>
        readFile(join(machineDir, 'ready')).then(
          () => true,
          () => false,
        ),
      'the app is ready',
    );
    const booted = next('booted');
    await reboot();
    await booted;
    expect(await readFile(join(machineDir, 'last-words'), 'utf8')).toBe('bye\n');
    expect(await readFile(join(machineDir, 'seen'), 'utf8')).toBe('shutting-down\n');
    await expect(readFile(join(machineDir, 'shutting-down'))).rejects.toThrow();
  });

  test('asked for again while one is under way is one more, and ends well', async () => {
    cloud = await cloudOf({ units: () => [shell('app', 'exec sleep 1000')], bootMs: 6_000 });
    const off = next('off');
    await reboot();
    await off;
    const booted = next('booted');
    await reboot();
    await booted;
    const kinds = cloud
      .life()
      .map(({ kind }) => kind)
      .filter((kind) => kind === 'booted');
    expect(kinds).toHaveLength(2);
  });

  test('keeps what a unit said in the boot before', async () => {
    cloud = await cloudOf({ units: () => [shell('app', 'cat boot_id; exec sleep 1000')] });
    const { machineDir } = first();
    const log = join(machineDir, 'units', 'app.log');
    const said = (file: string) => readFile(file, 'utf8').catch(() => '');
    await eventually(async () => (await said(log)) !== '', 'the unit said something');
    const before = await said(log);
    const booted = next('booted');
    await reboot();
    await booted;
    await eventually(async () => (await said(log)) !== '', 'the unit said something again');
    expect(await said(`${log}.1`)).toContain(before);
    expect(await said(log)).toBe(`${first().bootId}\n`);
  });
});

describe('units', () => {
  test('know their machine from their environment', async () => {
    cloud = await cloudOf({ cpus: 4, units: () => [{ ...answering, env: { MOOD: `it's "fine" $HOME` } }] });
    await cloud.untilAnswering(soon);
    const { env, pid } = await answer();
    expect(env).toMatchObject({
      NODE_ID: first().id,
      PORT: new URL(first().url).port,
      BOOT_ID_FILE: first().bootIdFile,
      MACHINE_DIR: first().machineDir,
      MACHINE_CPUS: '4',
      MACHINE_INIT_PID: String(first().group),
      AWS_REGION: cloud.region,
      AWS_ENDPOINT_URL_EC2: cloud.ec2Url,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: first().imds,
      MOOD: `it's "fine" $HOME`,
    });
    expect(pidIn('units/app.pid')).toBe(pid);
    expect(pidIn('init.pid')).toBe(first().group);
  });

  test('are started again when they end, with a growing delay', async () => {
    // By the unit's own clock: how late we hear of a start depends on how busy we are.
    cloud = await cloudOf({ units: () => [{ ...shell('app', 'date +%s%3N >> starts; exit 3'), restartDelayMs: 20 }] });
    const ends = () => cloud.life().filter(({ kind }) => kind === 'unit-ended');
    await eventually(() => ends().length >= 4, 'four ends');
    expect(ends()[0]).toMatchObject({ unit: 'app', status: 3 });
    const starts = (await readFile(join(first().machineDir, 'starts'), 'utf8')).trim().split('\n').map(Number);
    expect(starts[3]! - starts[2]!).toBeGreaterThanOrEqual(75);
  });

  test('are not started again where they say so', async () => {
    cloud = await cloudOf({
      units: () => [
        { ...shell('once', 'exit 0'), restart: 'never' },
        { ...shell('always', 'exit 0'), restartDelayMs: 10 },
      ],
    });
    const startsOf = (unit: string) =>
      cloud.life().filter((event) => event.kind === 'unit-started' && event.unit === unit).length;
    await eventually(() => startsOf('always') >= 3, 'the other one started three times');
    expect(startsOf('once')).toBe(1);
  });

  test('killed by hand come back in the same boot', async () => {
    cloud = await cloudOf({ units: () => [answering] });
    await cloud.untilAnswering(soon);
    const before = await answer();
    const started = next('unit-started');
    process.kill(before.pid, 'SIGKILL');
    await started;
    await cloud.untilAnswering(soon);
    const after = await answer();
    expect([after.boot, after.pid === before.pid]).toEqual([before.boot, false]);
  });
});

test('stopping the cloud ends all and leaves no folder', async () => {
  cloud = await cloudOf({ nodes: 2, units: () => [shell('app', 'setsid sleep 1000 & exec sleep 1000')] });
  const groups = cloud.instances.map(({ group }) => group!);
  const folders = cloud.instances.map(({ machineDir }) => machineDir);
  await cloud.stop();
  expect(groups.filter(isAlive)).toEqual([]);
  for (const folder of folders) await expect(readFile(join(folder, 'boot_id'))).rejects.toThrow();
  await expect(fetch(cloud.ec2Url)).rejects.toThrow();
});
