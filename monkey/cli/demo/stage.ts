/*
 * The whole system on this machine: Redis, the local cloud with its nodes, proxy and controller, each a real process.
 *
 * INVARIANTS
 * - Whatever was started is stopped again, in the opposite order, however the start or the play ends.
 * - Nothing here is a part of the product: the daemons are started as an operator would start them.
 */
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalCloud, LocalInstance } from '../../../infra/local-cloud/local-cloud.ts';
import type { Unit } from '../../../infra/local-cloud/machine/unit.ts';
import type { InstanceFacts } from '../../../infra/local-cloud/region/instance.ts';
import { startLocalCloud } from '../../../infra/local-cloud/start.ts';
import { startLocalRedis } from '../../../infra/local-redis/local-redis.ts';
import { silentLog } from '../../../pool/log.ts';
import type { PolicySource } from '../../../pool/policy.ts';
import type { RedisAddress } from '../../../pool/redis/connect.ts';
import { connectRedisPool } from '../../../pool/redis/redis-pool.ts';
import type { PoolStore } from '../../../pool/store.ts';
import { builtFile } from './built.ts';
import { type Daemon, startDaemon } from './daemon.ts';
import {
  agentConfig,
  controllerConfig,
  controllerSecrets,
  demoPolicy,
  poolName,
  proxyConfig,
  type RedisSection,
} from './settings.ts';

export interface StageOptions {
  readonly nodes: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly policy?: PolicySource;
  readonly bootMs?: number;
  /** How many there are; one leads, the others stand by. */
  readonly controllers?: number;
  /** Brings the pool's Redis; without it one that keeps nothing on disk. */
  readonly startRedis?: (signal: AbortSignal) => Promise<StageRedis>;
  readonly signal: AbortSignal;
  /** Told before each thing that takes a while. */
  readonly onProgress: (what: string) => void;
}

/** Where the stage keeps its pool. */
export interface StageRedis {
  /** As configuration files say it, under `pool.redis`. */
  readonly section: RedisSection;
  readonly address: RedisAddress;
  readonly stop: () => Promise<void>;
}

export interface Stage {
  readonly dir: string;
  /** Undefined where it is not one server. */
  readonly redisUrl: string | undefined;
  readonly cloud: LocalCloud;
  readonly store: PoolStore;
  /** Process ids by the ids that the pool knows them by. */
  readonly controllers: ReadonlyMap<string, number>;
  readonly proxyUrl: string;
  readonly proxyAdminUrl: string;
  /** Runs a shell command on a node, as somebody logged in there would; it dies with the machine. */
  readonly runOn: (instance: LocalInstance, command: string) => Promise<void>;
  readonly stop: () => Promise<void>;
}

const startDeadlineMs = 20_000;

export const startStage = async (options: StageOptions): Promise<Stage> => {
  const undo: Undo = [];
  const stop = async (): Promise<void> => {
    for (let last = undo.pop(); last !== undefined; last = undo.pop()) await last();
  };
  try {
    return await build(options, undo, stop);
  } catch (error) {
    await stop();
    throw error;
  }
};

const build = async (options: StageOptions, undo: Undo, stop: () => Promise<void>): Promise<Stage> => {
  const { nodes, env, policy = demoPolicy, bootMs = 3_000, startRedis = plainRedis, signal, onProgress } = options;
  const dir = await mkdtemp(join(tmpdir(), 'doctor-monkey-'));
  undo.push(() => rm(dir, { recursive: true, force: true, maxRetries: 3 }));
  onProgress('starting Redis');
  const redis = await startRedis(signal);
  undo.push(() => redis.stop());
  onProgress(`booting ${String(nodes)} nodes in the local cloud`);
  const cloud = await startCloud({ nodes, bootMs, env, redis: redis.section, policy });
  undo.push(() => cloud.stop());
  const daemons: Daemons = { dir, path: env['PATH'], undo };
  const controllers = new Map<string, number>();
  for (let number = 1; number <= (options.controllers ?? 1); number += 1) {
    const id = `controller-${String(number)}`;
    onProgress(`starting ${id}`);
    const config = controllerConfig(redis.section, cloud, id);
    controllers.set(id, (await start('controller', id, config, controllerSecrets(cloud), daemons)).pid);
  }
  onProgress('starting the proxy');
  const { said } = await start('proxy', 'proxy', proxyConfig(redis.section, dir), {}, daemons);
  const store = connectRedisPool({ name: poolName, ...redis.address, log: silentLog });
  undo.push(() => store.close());
  return {
    ...{
      dir,
      redisUrl: 'url' in redis.address ? redis.address.url : undefined,
      cloud,
      store,
      controllers,
      runOn,
      stop,
    },
    proxyUrl: String(said?.['listening']),
    proxyAdminUrl: String(said?.['admin']),
  };
};

type Undo = (() => Promise<unknown>)[];

interface Daemons {
  readonly dir: string;
  readonly path: string | undefined;
  readonly undo: Undo;
}

const start = async (
  command: 'controller' | 'proxy',
  name: string,
  config: string,
  secrets: Readonly<Record<string, string>>,
  { dir, path, undo }: Daemons,
): Promise<Daemon> => {
  const file = join(dir, `${name}.yaml`);
  await writeFile(file, config);
  const started = await startDaemon(name, {
    args: [builtFile('monkey.js'), command, '--config', file],
    env: { PATH: path, ...secrets },
    logFile: join(dir, `${name}.log`),
    announces: command === 'proxy',
    deadlineMs: startDeadlineMs,
  });
  undo.push(started.stop);
  return started;
};

const plainRedis = async (signal: AbortSignal): Promise<StageRedis> => {
  const redis = await startLocalRedis({ signal });
  const { url } = redis;
  return { section: { url }, address: { url }, stop: () => redis.stop() };
};

interface CloudOptions {
  readonly nodes: number;
  readonly bootMs: number;
  readonly env: StageOptions['env'];
  readonly redis: RedisSection;
  readonly policy: PolicySource;
}

/** The agents' configuration names the EC2 endpoint, which is known only once the cloud is up: nodes come after it. */
const startCloud = async ({ nodes, bootMs, env, redis, policy }: CloudOptions): Promise<LocalCloud> =>
  startLocalCloud(
    {
      nodes,
      bootMs,
      pool: poolName,
      service: 'meow',
      cpus: 1,
      env: { PATH: env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin' },
      units: (facts) => unitsOf(facts, redis, policy),
    },
    { log: silentLog },
  );

/** What runs on a node: the app, the agent, and a console through which commands can be run there. */
const unitsOf = (facts: InstanceFacts, redis: RedisSection, policy: PolicySource): readonly Unit[] => {
  const config = join(facts.machineDir, 'agent.yaml');
  const ec2 = { endpoint: facts.ec2Url, region: facts.region };
  const yaml = agentConfig(redis, facts, ec2, policy);
  return [
    { name: 'app', command: process.execPath, args: [builtFile('app.js')] },
    {
      name: 'agent',
      command: '/bin/sh',
      args: [
        '-c',
        'printf %s "$AGENT_CONFIG" > "$0" && exec "$1" "$2" agent --config "$0"',
        config,
        process.execPath,
        builtFile('monkey.js'),
      ],
      env: { AGENT_CONFIG: yaml },
    },
    { name: 'console', command: '/bin/sh', args: ['-c', consoleScript] },
  ];
};

const consoleScript = `
rm -f console
mkfifo console
while :; do
  while read -r line; do sh -c "$line" </dev/null & done < console
done
`;

const runOn = async ({ machineDir }: LocalInstance, command: string): Promise<void> => {
  const fifo = await open(join(machineDir, 'console'), 'w');
  await fifo.write(`${command}\n`);
  await fifo.close();
};
