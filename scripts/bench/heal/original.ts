/**
 * The original's way, as a student project did it: a sick node is taken off the Redis list with LREM and rebooted at
 * once; at boot it puts itself back with RPUSH, before its app listens. A proxy picks from the list for each request
 * and retries nothing. Measured on the same local cloud under the same load.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EC2Client, RebootInstancesCommand } from '@aws-sdk/client-ec2';
import httpProxy from 'http-proxy';
import { Redis } from 'ioredis';
import type { LocalCloud, LocalInstance } from '../../../infra/local-cloud/local-cloud.ts';
import { startLocalCloud } from '../../../infra/local-cloud/start.ts';
import { startLocalRedis } from '../../../infra/local-redis/local-redis.ts';
import { builtFile } from '../../../monkey/cli/demo/built.ts';
import { silentLog } from '../../../pool/log.ts';
import type { Finding, HealBench } from './bench.ts';
import { failureLines, meowLoad, perSecond } from './load.ts';

const nodes = 4;
const appOnly = () => [{ name: 'app', command: process.execPath, args: [builtFile('app.js')] }];
const key = 'servers';

export const originalHeals = async ({ heals, signal }: HealBench): Promise<Finding> => {
  const redis = await startLocalRedis({ signal });
  const client = new Redis(redis.url);
  const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin' };
  const cloud = await startLocalCloud({ nodes, env, units: appOnly }, { log: silentLog });
  const server = await naiveProxy(client);
  const rejoin = cloud.onLife((event) => {
    const instance = cloud.instances.find(({ id }) => id === event.instance);
    if (event.kind === 'booted' && instance !== undefined) void client.rpush(key, instance.url);
  });
  try {
    await cloud.untilAnswering({ deadlineMs: 30_000, signal });
    await client.del(key);
    await client.rpush(key, ...cloud.instances.map(({ url }) => url));
    const load = await meowLoad(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    for (let heal = 0; heal < heals && !signal.aborted; heal += 1) {
      const victim = cloud.instances[heal % nodes];
      if (victim !== undefined) await naiveHeal(cloud, client, victim, signal);
    }
    const { sent, failed, failures, p50Ms, p99Ms } = await load.stop();
    return {
      lines: [
        `heals in a row, the original's way: ${heals} under ${perSecond} GET/s, ${sent} requests, ${failed} failed; p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`,
        ...failureLines(failures),
      ],
      missed: [],
    };
  } finally {
    rejoin();
    server.closeAllConnections();
    server.close();
    client.disconnect();
    await cloud.stop();
    await redis.stop();
  }
};

const naiveHeal = async (
  cloud: LocalCloud,
  client: Redis,
  { id, url }: LocalInstance,
  signal: AbortSignal,
): Promise<void> => {
  const { ec2Url: endpoint, region, accessKeyId, secretAccessKey } = cloud;
  const ec2 = new EC2Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
  const booted = cloud.untilLife(({ kind, instance }) => kind === 'booted' && instance === id, {
    deadlineMs: 60_000,
    signal,
  });
  await client.lrem(key, 0, url);
  await ec2.send(new RebootInstancesCommand({ InstanceIds: [id] }));
  await booted;
  await cloud.untilAnswering({ deadlineMs: 30_000, signal });
  ec2.destroy();
};

const naiveProxy = async (client: Redis): Promise<Server> => {
  const proxy = httpProxy.createProxyServer({});
  let turn = 0;
  const server = createServer((request, response) => {
    void client.lrange(key, 0, -1).then((urls) => {
      turn += 1;
      const target = urls[turn % urls.length];
      if (target === undefined) response.writeHead(503).end();
      else
        proxy.web(request, response, { target }, () => {
          if (response.headersSent) response.destroy();
          else response.writeHead(502).end();
        });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
};
