/** The nodes of a pool as hosts to ask. */
import { PoolAway, PoolDenied } from '../../../pool/store.ts';
import { unreadableNodes } from '../../../pool/unreadable-nodes.ts';
import type { PoolView } from '../../../pool/view.ts';
import { readHost } from '../../collect/hosts.ts';
import type { Target } from '../../collect/target.ts';
import type { Io } from '../command.ts';
import { withPool } from '../pool-command.ts';
import type { PoolOptions } from '../pool-options.ts';
import type { HostList, Listed } from './listed.ts';

/** The first reading shares the time of every command on a pool; later ones have their own. */
const laterCallMs = 2_500;

export const withHostsOfPool = <T>(io: Io, options: PoolOptions, use: (list: HostList) => Promise<T>): Promise<T> =>
  withPool(io, { ...options, instead: 'name the hosts with --hosts a,b:2222' }, ({ store, limits }) => {
    let isFirst = true;
    return use({
      source: `pool ${store.name}`,
      read: async () => {
        const within = isFirst ? limits() : { deadlineMs: laterCallMs, signal: io.signal };
        try {
          const listed = hostsOf(await store.view(within), store.name);
          isFirst = false;
          return listed;
        } catch (error) {
          // How a pool that is away in the first place is told, withPool knows best.
          if (isFirst || !(error instanceof PoolAway || error instanceof PoolDenied)) throw error;
          return { kind: 'away', because: error.message };
        }
      },
    });
  });

/** Hosts of the nodes that have not left, each once: two apps on one host are one host. Pure. */
export const hostsOf = (view: PoolView, pool: string): Listed => {
  const garbage = unreadableNodes(view);
  if (garbage !== undefined) return { kind: 'away', because: `${garbage.key} can not be read: ${garbage.because}` };
  const read = [...view.nodes.values()]
    .filter(({ state }) => state !== 'left')
    .map(({ id, url }) => ({ id, host: readHost(hostIn(url)) }));
  const targets = new Map<string, Target>();
  for (const { host } of read) if (!('because' in host)) targets.set(host.host, { ...host, port: null });
  const notes = read.flatMap(({ id, host }) =>
    'because' in host ? [`node ${id} of pool ${pool}: ${host.because}`] : [],
  );
  const empty = targets.size === 0 ? [`pool ${pool} has no nodes`] : [];
  return { kind: 'hosts', targets: [...targets.values()], notes: [...notes, ...empty] };
};

const hostIn = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : url);
