/** A Redis Cluster of three masters on this machine, each a real process: for tests. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from '../free-port.ts';
import { type LocalRedis, startLocalRedis } from './local-redis.ts';

export interface LocalCluster {
  readonly nodes: readonly LocalRedis[];
  /** The node that holds this key now. */
  readonly ownerOf: (key: string) => Promise<LocalRedis>;
  /** Moves the slot of this key, with all that is in it, to another node, as an operator would. */
  readonly move: (key: string, to: LocalRedis) => Promise<void>;
  readonly stop: () => Promise<void>;
}

const slots = 16_384;
const size = 3;
const settleWithinMs = 30_000;

export const startLocalCluster = async (): Promise<LocalCluster> => {
  const nodes: LocalRedis[] = [];
  const admins: Redis[] = [];
  const stop = async (): Promise<void> => {
    for (const admin of admins.splice(0)) admin.disconnect();
    for (const node of nodes.splice(0)) await node.stop();
  };
  try {
    const buses: number[] = [];
    for (let index = 0; index < size; index += 1) {
      const bus = await freePort();
      const cluster = ['--cluster-enabled', 'yes', '--cluster-port', String(bus), '--cluster-node-timeout', '2000'];
      const node = await startLocalRedis({ args: cluster });
      nodes.push(node);
      buses.push(bus);
      admins.push(new Redis(node.url));
    }
    await join(nodes, buses, admins);
    return { nodes: [...nodes], ...moving(nodes, admins), stop };
  } catch (error) {
    await stop();
    throw error;
  }
};

/** Gives each node its third of the slots, and waits until all agree. */
const join = async (
  nodes: readonly LocalRedis[],
  buses: readonly number[],
  admins: readonly Redis[],
): Promise<void> => {
  const [first] = admins;
  if (first === undefined) return;
  for (const [index, admin] of admins.entries()) {
    const from = Math.floor((slots / size) * index);
    const to = Math.floor((slots / size) * (index + 1)) - 1;
    await admin.call('CLUSTER', 'ADDSLOTSRANGE', String(from), String(to));
    if (index > 0) await first.call('CLUSTER', 'MEET', '127.0.0.1', String(nodes[index]?.port), String(buses[index]));
  }
  const endMs = performance.now() + settleWithinMs;
  for (const admin of admins)
    while (!/cluster_state:ok[\s\S]*cluster_known_nodes:3/.test(await admin.cluster('INFO'))) {
      if (performance.now() > endMs) throw new Error(`the cluster does not form within ${settleWithinMs} ms`);
      await sleep(50);
    }
};

const moving = (nodes: readonly LocalRedis[], admins: readonly Redis[]): Pick<LocalCluster, 'ownerOf' | 'move'> => {
  const adminOf = (node: LocalRedis): Redis => {
    const admin = admins[nodes.indexOf(node)];
    if (admin === undefined) throw new Error('not a node of this cluster');
    return admin;
  };
  const idOf = async (node: LocalRedis): Promise<string> => String(await adminOf(node).call('CLUSTER', 'MYID'));
  const ownerOf = async (key: string): Promise<LocalRedis> => {
    for (const node of nodes) {
      const holds = await adminOf(node)
        .exists(key)
        .then(
          () => true,
          () => false,
        );
      if (holds) return node;
    }
    throw new Error('no node holds it');
  };
  return {
    ownerOf,
    move: async (key, to) => {
      const from = await ownerOf(key);
      const [source, target] = [adminOf(from), adminOf(to)];
      const slot = String(await source.cluster('KEYSLOT', key));
      await target.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', await idOf(from));
      await source.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', await idOf(to));
      const keys = (await source.call('CLUSTER', 'GETKEYSINSLOT', slot, '1000')) as string[];
      if (keys.length > 0) await source.call('MIGRATE', '127.0.0.1', String(to.port), '', '0', '5000', 'KEYS', ...keys);
      for (const admin of [target, source, ...admins.filter((other) => other !== source && other !== target)])
        await admin.call('CLUSTER', 'SETSLOT', slot, 'NODE', await idOf(to));
    },
  };
};
