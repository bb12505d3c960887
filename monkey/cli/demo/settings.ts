/** The configuration files of the demo's daemons: what an operator would write, with the demo's short times. */
import { stringify } from 'yaml';
import type { LocalCloud } from '../../../infra/local-cloud/local-cloud.ts';
import type { InstanceFacts } from '../../../infra/local-cloud/region/instance.ts';
import type { PolicySource } from '../../../pool/policy.ts';

export const poolName = 'demo';

/**
 * CPUs that a demo node counts as its own. Far less than a core, so that one busy process makes a node sick also on a
 * small machine that runs four nodes, their agents and the client all at once.
 */
const nodeCpus = 0.3;

export const demoPolicy: PolicySource = {
  vitals: {
    cpu: { threshold: '90%', clear: '80%', thread: '95%' },
    rounds: { sick: 3, of: 4 },
    grace: '5s',
  },
  limits: { minServing: 2, out: { number: 1, share: '50%' }, cooldown: '2m' },
  drain: { deadline: '10s', calm: '2s' },
  // All apps of this machine would open their inspectors on the same port.
  evidence: { deadline: '3s', baseline: '0s' },
  reboot: { settle: '20s', deadline: '2m' },
  checks: {
    deadline: '30s',
    every: '250ms',
    timeout: '2s',
    run: [
      { kind: 'content', path: '/' },
      { kind: 'status', path: '/healthz' },
      { kind: 'address' },
      { kind: 'http', name: 'meow', path: '/get', jsonPath: '$.says', equals: 'meow' },
    ],
  },
  silence: { after: '10s' },
  slowStart: '3s',
};

/** What stands under `pool.redis`. */
export type RedisSection = Readonly<Record<string, unknown>>;

const pool = (redis: RedisSection) => ({
  name: poolName,
  redis,
  allowedNetworks: ['127.0.0.0/8'],
});

/** `ec2Url` is undefined for an agent that finds EC2 by its region alone. */
export const agentConfig = (
  redis: RedisSection,
  { url, imds, bootIdFile, machineDir }: InstanceFacts,
  ec2: { readonly endpoint: string; readonly region: string },
  policy: PolicySource,
): string =>
  stringify({
    pool: pool(redis),
    node: { url, service: 'meow' },
    agent: {
      mode: 'act',
      rounds: '* * * * * *',
      jitter: '200ms',
      beat: '500ms',
      cpu: { source: 'process-tree', pidFile: `${machineDir}/init.pid`, cpus: nodeCpus },
      app: { pidFile: `${machineDir}/units/app.pid` },
      bootIdFile,
      shutdownFile: `${machineDir}/shutting-down`,
      metadata: { endpoint: imds },
    },
    ec2,
    policy,
  });

/** What a controller needs beside it stands in the environment: {@link controllerSecrets}. */
export const controllerConfig = (redis: RedisSection, cloud: LocalCloud, id: string): string =>
  stringify({
    pool: pool(redis),
    controller: { mode: 'act', id },
    ec2: { endpoint: cloud.ec2Url, region: cloud.region },
    slack: { channel: cloud.slackChannel.id, apiUrl: cloud.slackUrl.replace(/\/$/, ''), mention: '<!here>' },
    pages: { webhook: { url: cloud.pagerUrl } },
  });

export const controllerSecrets = (cloud: LocalCloud): Readonly<Record<string, string>> => ({
  SLACK_BOT_TOKEN: cloud.slackToken,
  DOCTOR_MONKEY_PAGER_KEY: cloud.pagerKey,
  AWS_ACCESS_KEY_ID: cloud.accessKeyId,
  AWS_SECRET_ACCESS_KEY: cloud.secretAccessKey,
});

export const proxyConfig = (redis: RedisSection, dir: string): string =>
  stringify({
    pool: pool(redis),
    proxy: { listen: '127.0.0.1:0', admin: '127.0.0.1:0', snapshotFile: `${dir}/members.json` },
  });
