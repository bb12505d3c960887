/** The whole system as real processes, a client that never stops, and a way to make nodes sick: what real faults strike. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalInstance } from '../../infra/local-cloud/local-cloud.ts';
import { startLocalRedis } from '../../infra/local-redis/local-redis.ts';
import { acts } from '../../monkey/cli/demo/acts.ts';
import { type Load, type LoadCounts, startLoad } from '../../monkey/cli/demo/load.ts';
import { demoPolicy } from '../../monkey/cli/demo/settings.ts';
import { type Stage, type StageRedis, startStage } from '../../monkey/cli/demo/stage.ts';
import { startWatcher, type Watcher } from '../../monkey/cli/demo/watcher.ts';
import type { PolicySource } from '../../pool/policy.ts';
import type { PoolView } from '../../pool/view.ts';

/** As short as it works on a busy machine; no budget and no cooldown keeps a test from the next treatment. */
export const quickPolicy: PolicySource = {
  ...demoPolicy,
  limits: {
    minServing: 1,
    out: { number: 1, share: '50%' },
    cooldown: '0s',
    reboots: { node: 20, pool: 1_000 },
    forecast: '100%',
  },
  reboot: { settle: '4s', deadline: '2m' },
};

export interface FaultStageOptions {
  readonly nodes?: number;
  readonly policy?: PolicySource;
  readonly startRedis?: (signal: AbortSignal) => Promise<StageRedis>;
}

export interface FaultStage extends Stage {
  readonly watcher: Watcher;
  readonly node: (index: number) => LocalInstance;
  /** Makes a node sick, until it reboots. */
  readonly harm: (node: LocalInstance) => Promise<void>;
  readonly reboots: (node: LocalInstance) => number;
  /** Resolves at the next event of this name about the node; ask for it before what leads to it. */
  readonly happens: (what: string, node: LocalInstance) => Promise<void>;
  /** Sends a signal to the agent of a node, if it runs. */
  readonly signalAgent: (node: LocalInstance, signal: NodeJS.Signals) => Promise<void>;
  /** Resolves once the node has been rebooted more often than `before` and serves, listed once. */
  readonly healed: (node: LocalInstance, before: number) => Promise<PoolView>;
  /** What the client that runs all the while has seen; sends no more. */
  readonly requests: () => Promise<LoadCounts>;
}

export const healWithinMs = 150_000;

export const startFaultStage = async ({
  nodes = 3,
  policy = quickPolicy,
  startRedis = lastingRedis,
}: FaultStageOptions = {}): Promise<FaultStage> => {
  const end = new AbortController();
  const { signal } = end;
  const stage = await startStage({ nodes, env: process.env, policy, startRedis, signal, onProgress: () => undefined });
  const watcher = startWatcher(stage, performance.now(), () => undefined, signal);
  let load: Load | undefined;
  const stop = async (): Promise<void> => {
    load?.cut();
    end.abort();
    await watcher.stop();
    await stage.stop();
  };
  try {
    await watcher.until('that all nodes serve', ({ live }) => live.length === nodes, 60_000);
    load = startLoad({ url: `${stage.proxyUrl}/get`, perSecond: 20, timeoutMs: 10_000, fault: () => undefined });
  } catch (error) {
    await stop();
    throw error;
  }
  return { ...stage, watcher, stop, ...actions(stage, watcher, signal), requests: load.stop };
};

const actions = (stage: Stage, watcher: Watcher, signal: AbortSignal) => {
  const reboots = ({ id }: LocalInstance): number =>
    stage.cloud
      .life()
      .filter((event) => event.instance === id && 'because' in event && event.kind === 'stopping')
      .filter((event) => 'because' in event && event.because === 'reboot').length;
  return {
    reboots,
    node: (index: number): LocalInstance => {
      const found = stage.cloud.instances[index % stage.cloud.instances.length];
      if (found === undefined) throw new Error('no such node');
      return found;
    },
    harm: async (node: LocalInstance): Promise<void> => acts[0]?.harm(stage, node),
    happens: (what: string, node: LocalInstance) => happens(stage, what, node, signal),
    signalAgent,
    healed: async (node: LocalInstance, before: number): Promise<PoolView> => {
      const serves = ({ nodes }: PoolView): boolean =>
        reboots(node) > before && nodes.get(node.id)?.state === 'serving';
      const view = await watcher.until(`that ${node.id} serves again`, serves, healWithinMs);
      if (view.live.filter((url) => url === node.url).length !== 1) throw new Error('it is not listed once');
      return view;
    },
  };
};

const happens = async (stage: Stage, what: string, { id }: LocalInstance, signal: AbortSignal): Promise<void> => {
  let { version } = await stage.store.view({ deadlineMs: 5_000 });
  while (!signal.aborted) {
    const events = await stage.store.events(version, 1_000, { deadlineMs: 5_000, signal });
    if (events.some((event) => event.what === what && event.nodes[id] !== undefined)) return;
    version = events.at(-1)?.version ?? version;
  }
};

const signalAgent = async ({ machineDir }: LocalInstance, signal: NodeJS.Signals): Promise<void> => {
  const pid = await readFile(join(machineDir, 'units', 'agent.pid'), 'utf8').catch(() => '');
  try {
    if (Number(pid) > 0) process.kill(Number(pid), signal);
  } catch {
    // The reboot has ended it already.
  }
};

/** A Redis that keeps what was written through a crash, as the guide says. */
export const lastingRedis = async (signal: AbortSignal): Promise<StageRedis> => (await crashingRedis()).start(signal);

/** The same, with a hand on its power switch. */
export const crashingRedis = async () => {
  const redis = await startLocalRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
  const { url } = redis;
  return {
    redis,
    start: async (_signal: AbortSignal): Promise<StageRedis> => ({
      section: { url },
      address: { url },
      stop: redis.stop,
    }),
  };
};
