/** The whole system as real processes, a client that never stops, and a way to make nodes sick: what real faults strike. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LocalInstance } from '../../infra/local-cloud/local-cloud.ts';
import type { SlackMessage } from '../../infra/local-cloud/slack/message.ts';
import { startLocalRedis } from '../../infra/local-redis/local-redis.ts';
import { acts } from '../../monkey/cli/demo/acts.ts';
import { type Load, type LoadCounts, startLoad } from '../../monkey/cli/demo/load.ts';
import { demoPolicy } from '../../monkey/cli/demo/settings.ts';
import { type Stage, type StageOptions, type StageRedis, startStage } from '../../monkey/cli/demo/stage.ts';
import { startWatcher, type Watcher } from '../../monkey/cli/demo/watcher.ts';
import type { PolicySource } from '../../pool/policy.ts';
import type { NodeRecord } from '../../pool/record.ts';
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
  drain: { deadline: '10s', calm: '1s' },
  evidence: { deadline: '1s' },
  reboot: { settle: '4s', deadline: '2m' },
};

/** With so short a deadline, machines that do not come back are found out while a test runs. */
export const quickRescue: PolicySource = {
  ...quickPolicy,
  silence: { after: '4s', rescue: '1s' },
  reboot: { settle: '4s', deadline: '9s' },
};

export type FaultStageOptions = Partial<Omit<StageOptions, 'env' | 'signal' | 'onProgress'>>;

export interface FaultStage extends Stage {
  readonly watcher: Watcher;
  readonly node: (index: number) => LocalInstance;
  /** Makes a node sick, until it reboots. */
  readonly harm: (node: LocalInstance) => Promise<void>;
  readonly reboots: (node: LocalInstance) => number;
  /** The node as it is after the next event of this name about it; ask for it before what leads to it. */
  readonly happens: (what: string, node: LocalInstance) => Promise<NodeRecord>;
  /** Resolves once Slack has been told, at whatever time, what matches. */
  readonly told: (what: RegExp) => Promise<SlackMessage>;
  /** Sends a signal to the agent of a node, if it runs. */
  readonly signalAgent: (node: LocalInstance, signal: NodeJS.Signals) => Promise<void>;
  /** Resolves once the node has been rebooted more often than `before` and serves, listed once. */
  readonly healed: (node: LocalInstance, before: number) => Promise<PoolView>;
  /** What the client that runs all the while has seen; sends no more. */
  readonly requests: () => Promise<LoadCounts>;
}

const healWithinMs = 150_000;
const toldWithinMs = 60_000;

export const startFaultStage = async (options: FaultStageOptions = {}): Promise<FaultStage> => {
  const end = new AbortController();
  const { signal } = end;
  const usual = { nodes: 3, policy: quickPolicy, startRedis: lastingRedis, bootMs: 1_000 };
  const { nodes } = { ...usual, ...options };
  const stage = await startStage({
    ...{ ...usual, ...options },
    ...{ env: process.env, signal, onProgress: () => undefined },
  });
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
      .filter((event) => event.instance === id && event.kind === 'stopping' && event.because === 'reboot').length;
  return {
    reboots,
    node: (index: number): LocalInstance => {
      const found = stage.cloud.instances[index % stage.cloud.instances.length];
      if (found === undefined) throw new Error('no such node');
      return found;
    },
    harm: async (node: LocalInstance): Promise<void> => acts[0]?.harm(stage, node),
    happens: (what: string, node: LocalInstance) => happens(stage, what, node, signal),
    told: (what: RegExp) => told(stage, what),
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

const happens = async (stage: Stage, what: string, { id }: LocalInstance, signal: AbortSignal): Promise<NodeRecord> => {
  let { version } = await stage.store.view({ deadlineMs: 20_000 });
  while (!signal.aborted) {
    const events = await stage.store.events(version, 1_000, { deadlineMs: 20_000, signal });
    const node = events.find((event) => event.what === what && event.nodes[id] !== undefined)?.nodes[id];
    if (node !== undefined && node !== null) return node;
    version = events.at(-1)?.version ?? version;
  }
  throw new Error(`stopped while waiting for ${what}`);
};

const told = ({ cloud }: Stage, what: RegExp): Promise<SlackMessage> =>
  new Promise((resolve, reject) => {
    const settle = (act: () => void): void => {
      unsubscribe();
      clearTimeout(timer);
      act();
    };
    const hear = (message: SlackMessage): void => {
      if (what.test(message.text)) settle(() => resolve(message));
    };
    const unsubscribe = cloud.onSlackMessage(({ message }) => hear(message));
    const late = (): void => settle(() => reject(new Error(`Slack was not told ${String(what)}`)));
    const timer = setTimeout(late, toldWithinMs);
    cloud.slackMessages().forEach(hear);
  });

const signalAgent = async ({ machineDir }: LocalInstance, signal: NodeJS.Signals): Promise<void> => {
  const pid = await readFile(join(machineDir, 'units', 'agent.pid'), 'utf8').catch(() => '');
  try {
    if (Number(pid) > 0) process.kill(Number(pid), signal);
  } catch {
    // The reboot has ended it already.
  }
};

/** A Redis that keeps what was written through a crash, as the guide says. */
const lastingRedis = async (): Promise<StageRedis> => (await crashingRedis()).start();

/** The same, with a hand on its power switch. */
export const crashingRedis = async () => {
  const redis = await startLocalRedis({ args: ['--appendonly', 'yes', '--appendfsync', 'always'] });
  const { url } = redis;
  return {
    redis,
    start: async (): Promise<StageRedis> => ({
      section: { url },
      address: { url },
      stop: redis.stop,
    }),
  };
};
