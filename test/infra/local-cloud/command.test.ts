import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { EC2Client, RebootInstancesCommand } from '@aws-sdk/client-ec2';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { WebClient } from '@slack/web-api';
import { builtCommand } from './built.ts';
import { eventually, isAlive } from './cloud.ts';

interface Ready {
  readonly ec2: string;
  readonly slack: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly slackToken: string;
  readonly instances: readonly { readonly id: string; readonly url: string; readonly imds: string }[];
}

interface Seen {
  readonly instances: readonly { readonly machineDir: string; readonly group: number; readonly bootId: string }[];
}

let built: Awaited<ReturnType<typeof builtCommand>>;
beforeAll(async () => {
  built = await builtCommand();
});
afterAll(() => built.remove());

let child: ChildProcessByStdio<null, Readable, Readable>;
afterEach(() => void child.kill('SIGKILL'));

const start = (...args: string[]): ChildProcessByStdio<null, Readable, Readable> => {
  child = spawn(process.execPath, [built.monkey, 'local-cloud', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stderr.resume();
  return child;
};

const ready = async (...args: string[]): Promise<Ready> => {
  const [line] = await once(createInterface({ input: start('--json', ...args).stdout }), 'line');
  return JSON.parse(String(line));
};

const seen = async ({ ec2 }: Ready): Promise<Seen['instances']> =>
  ((await (await fetch(`${ec2}/_local/instances`)).json()) as Seen).instances;

/** Everything on this machine that works in the folder or was started by its machines. */
const processesIn = (folder: string): number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 1 && isAlive(pid))
    .filter((pid) => {
      try {
        return (
          readlinkSync(`/proc/${pid}/cwd`).startsWith(folder) ||
          readFileSync(`/proc/${pid}/environ`, 'latin1').includes(folder)
        );
      } catch {
        return false;
      }
    });

const rootOf = (machineDir: string): string => machineDir.slice(0, machineDir.lastIndexOf('/'));

test('prints one line once all is ready, runs the sample app, reboots, and ends with all on SIGTERM', async () => {
  const cloud = await ready('--nodes', '2', '--boot-time', '200ms', '--cpus', '3');
  expect(cloud.instances).toHaveLength(2);
  const [first] = cloud.instances;
  const health = async (): Promise<{ node: string; bootId: string }> =>
    (await fetch(`${first!.url}/healthz`)).json() as Promise<{ node: string; bootId: string }>;
  const before = await health();
  expect(before.node).toBe(first!.id);
  const [machine] = await seen(cloud);
  const { ec2: endpoint, region, accessKeyId, secretAccessKey } = cloud;
  const ec2 = new EC2Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
  await ec2.send(new RebootInstancesCommand({ InstanceIds: [first!.id] }));
  ec2.destroy();
  await eventually(
    () =>
      health().then(
        ({ bootId }) => bootId !== before.bootId,
        () => false,
      ),
    'the app is back in another boot',
  );
  expect(await new WebClient(cloud.slackToken, { slackApiUrl: cloud.slack }).auth.test()).toMatchObject({ ok: true });
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(processesIn(rootOf(machine!.machineDir))).toEqual([]);
  expect(existsSync(rootOf(machine!.machineDir))).toBe(false);
});

test('a reboot is felt as one: the app is away for at least three seconds', async () => {
  const cloud = await ready('--nodes', '1');
  const [{ id, url }] = [cloud.instances[0]!];
  const { ec2: endpoint, region, accessKeyId, secretAccessKey } = cloud;
  const ec2 = new EC2Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
  const answers = () =>
    fetch(`${url}/get`, { signal: AbortSignal.timeout(20_000) }).then(
      ({ ok }) => ok,
      () => false,
    );
  // From before it is asked for: how late the answer is heard must not shorten it.
  const askedMs = performance.now();
  await ec2.send(new RebootInstancesCommand({ InstanceIds: [id] }));
  ec2.destroy();
  await eventually(async () => !(await answers()), 'it is gone');
  await eventually(answers, 'it is back');
  expect(performance.now() - askedMs).toBeGreaterThan(3000);
});

test('killed without a word, leaves neither process nor folder behind', async () => {
  const cloud = await ready('--nodes', '2');
  const [machine] = await seen(cloud);
  const root = rootOf(machine!.machineDir);
  expect(processesIn(root).length).toBeGreaterThanOrEqual(2);
  child.kill('SIGKILL');
  await eventually(() => processesIn(root).length === 0 && !existsSync(root), 'all is gone');
});

test.each([
  [['--nodes', 'many'], 'whole number'],
  [['--boot-time', 'soon'], 'duration'],
  [['--cpus', '0'], 'whole number'],
  [['--colour', 'red'], 'unknown option'],
])('refuses %j with exit 2 and says why', async (args, because) => {
  start(...args);
  let said = '';
  child.stderr.on('data', (part: Buffer) => {
    said += part.toString();
  });
  expect(await once(child, 'close')).toEqual([2, null]);
  expect(said).toContain(because);
});

test('for people, says what to paste into a shell', async () => {
  const lines = createInterface({ input: start('--nodes', '1').stdout });
  const said: string[] = [];
  for await (const line of lines) {
    said.push(line);
    if (line.startsWith('Ctrl-C')) break;
  }
  expect(said.join('\n')).toMatch(/export AWS_ENDPOINT_URL_EC2=http:\/\/127\.0\.0\.1:\d+/);
});
