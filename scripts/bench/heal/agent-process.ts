/** An agent as a process of its own, on one node of the local cloud that has only an app. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
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

/** @param agent what differs from the demo's agent in its section `agent` */
export const agentBench = async (
  agent: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<AgentBench> => {
  const dir = await mkdtemp(join(tmpdir(), 'doctor-monkey-bench-'));
  const redis = await startLocalRedis({ signal });
  const cloud = await startLocalCloud(
    {
      nodes: 1,
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
      units: () => [{ name: 'app', command: process.execPath, args: [builtFile('app.js')] }],
    },
    { log: silentLog },
  );
  await cloud.untilAnswering({ deadlineMs: 30_000, signal });
  const [instance] = cloud.instances;
  if (instance === undefined) throw new Error('the local cloud has no instance');
  const facts = {
    ...instance,
    port: 0,
    region: cloud.region,
    ec2Url: cloud.ec2Url,
    slackUrl: cloud.slackUrl,
    tags: {},
  };
  const ec2 = { endpoint: cloud.ec2Url, region: cloud.region };
  const written = parse(agentConfig(redis.url, facts, ec2, demoPolicy)) as { readonly agent: object };
  const config = join(dir, 'agent.yaml');
  await writeFile(config, stringify({ ...written, agent: { ...written.agent, ...agent } }));
  const store = connectRedisPool({ name: poolName, url: redis.url, log: silentLog });
  return {
    store,
    dir,
    startAgent: () =>
      startDaemon('agent', {
        args: [builtFile('monkey.js'), 'agent', '--config', config],
        env: { PATH: process.env['PATH'], AWS_EC2_METADATA_SERVICE_ENDPOINT: instance.imds },
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
