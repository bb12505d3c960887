/** An agent as a process of its own, on one node of the local cloud that has only an app. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import * as z from 'zod';
import type { LocalCloud } from '../../../infra/local-cloud/local-cloud.ts';
import { startLocalCloud } from '../../../infra/local-cloud/start.ts';
import { startLocalRedis } from '../../../infra/local-redis/local-redis.ts';
import { builtFile } from '../../../monkey/cli/demo/built.ts';
import { type Daemon, startDaemon } from '../../../monkey/cli/demo/daemon.ts';
import { agentConfig, demoPolicy, poolName } from '../../../monkey/cli/demo/settings.ts';
import { silentLog } from '../../../pool/log.ts';
import { connectRedisPool } from '../../../pool/redis/redis-pool.ts';
import type { PoolStore } from '../../../pool/store.ts';

export interface AgentBench {
  readonly store: PoolStore;
  readonly dir: string;
  readonly startAgent: () => Promise<Daemon>;
  readonly stop: () => Promise<void>;
}

const appOnly = () => [{ name: 'app', command: process.execPath, args: [builtFile('app.js')] }];

/** @param agent what differs from the demo's agent in its section `agent` */
export const agentBench = async (
  agent: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<AgentBench> => {
  const dir = await mkdtemp(join(tmpdir(), 'doctor-monkey-bench-'));
  const redis = await startLocalRedis({ signal });
  const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin' };
  const cloud = await startLocalCloud({ nodes: 1, env, units: appOnly }, { log: silentLog });
  await cloud.untilAnswering({ deadlineMs: 30_000, signal });
  const store = connectRedisPool({ name: poolName, url: redis.url, log: silentLog });
  const { config, imds } = await writeConfig(dir, redis.url, cloud, agent);
  return {
    store,
    dir,
    startAgent: () =>
      startDaemon('agent', {
        args: [builtFile('monkey.js'), 'agent', '--config', config],
        env: { ...env, AWS_EC2_METADATA_SERVICE_ENDPOINT: imds },
        logFile: join(dir, 'agent.log'),
        announces: false,
        deadlineMs: 10_000,
      }),
    stop: async () => {
      await store.close();
      await cloud.stop();
      await redis.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
};

const writeConfig = async (
  dir: string,
  redisUrl: string,
  { instances, region, ec2Url, slackUrl }: LocalCloud,
  agent: Readonly<Record<string, unknown>>,
) => {
  const [instance] = instances;
  if (instance === undefined) throw new Error('the local cloud has no instance');
  const facts = { ...instance, port: 0, region, ec2Url, slackUrl, tags: {} };
  const written: unknown = parse(agentConfig({ url: redisUrl }, facts, { endpoint: ec2Url, region }, demoPolicy));
  const settings = z.looseObject({ agent: z.looseObject({}) }).parse(written);
  const config = join(dir, 'agent.yaml');
  await writeFile(config, stringify({ ...settings, agent: { ...settings.agent, ...agent } }));
  return { config, imds: instance.imds };
};
