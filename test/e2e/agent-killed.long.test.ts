/**
 * SIGKILL of the agent in each step of a treatment, on real parts: the step is hit by watching the event stream.
 * However it is hit, the node ends back in service, listed once, after exactly one reboot.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { LocalInstance } from '../../infra/local-cloud/local-cloud.ts';
import { acts } from '../../monkey/cli/demo/acts.ts';
import { demoPolicy } from '../../monkey/cli/demo/settings.ts';
import { type Stage, startStage } from '../../monkey/cli/demo/stage.ts';
import { startWatcher, type Watcher } from '../../monkey/cli/demo/watcher.ts';

// One for each step: a reboot that did not cure for long is not tried again the same day.
const nodes = 5;
const end = new AbortController();
let stage: Stage;
let watcher: Watcher;

beforeAll(async () => {
  stage = await startStage({
    nodes,
    env: process.env,
    policy: {
      ...demoPolicy,
      limits: { ...demoPolicy.limits, cooldown: '0s', reboots: { node: 25, pool: 100 } },
      // The same nodes are healed of the same sickness again and again.
      remedies: { skip: '0s' },
      reboot: { settle: '4s', deadline: '2m' },
    },
    signal: end.signal,
    onProgress: () => undefined,
  });
  watcher = startWatcher(stage, performance.now(), () => undefined, end.signal);
  await watcher.until('that all nodes serve', ({ live }) => live.length === nodes, 60_000);
}, 120_000);

afterAll(async () => {
  end.abort();
  await watcher.stop();
  await stage.stop();
}, 60_000);

/** Kills the agent of a node at the next event of that name that is about the node. */
const killAt = async (what: string, { id, machineDir }: LocalInstance): Promise<void> => {
  const { version: from } = await stage.store.view({ deadlineMs: 5_000 });
  let version = from;
  for (;;) {
    const events = await stage.store.events(version, 1_000, { deadlineMs: 5_000, signal: end.signal });
    version = events.at(-1)?.version ?? version;
    if (!events.some((event) => event.what === what && (event.nodes[id] !== undefined || what === 'drained'))) continue;
    process.kill(Number(await readFile(join(machineDir, 'units', 'agent.pid'), 'utf8')), 'SIGKILL');
    return;
  }
};

const rebootsOf = ({ id }: LocalInstance): number =>
  stage.cloud
    .life()
    .filter(
      ({ kind, instance, ...event }) =>
        instance === id && kind === 'stopping' && 'because' in event && event.because === 'reboot',
    ).length;

test.each(['admitted', 'drained', 'rebooting', 'rebooted', 'back'].map((what, index) => ({ what, index })))(
  'an agent killed at "$what" goes on from the record: one reboot, back in service once',
  async ({ what, index }) => {
    const victim = stage.cloud.instances[index % nodes];
    if (victim === undefined) throw new Error('no such node');
    const before = rebootsOf(victim);
    const killed = killAt(what, victim);
    await acts[0]?.harm(stage, victim);
    await killed;
    const rebooted = (): boolean => rebootsOf(victim) > before;
    const view = await watcher.until(
      'that it serves again',
      ({ nodes: records }) => rebooted() && records.get(victim.id)?.state === 'serving',
      120_000,
    );
    expect(rebootsOf(victim) - before).toBe(1);
    expect(view.live.filter((url) => url === victim.url)).toEqual([victim.url]);
    const [incident] = (await stage.store.incidents(10, { deadlineMs: 5_000 })).filter(
      ({ node }) => node === victim.id,
    );
    expect(incident?.outcome).toBe('healed');
  },
  180_000,
);
