import type { Log } from '../pool/log.ts';
import { membersByHand } from './members.ts';
import type { Source } from './source.ts';
import type { RoutingTable } from './table.ts';

/** Routes to URLs that a person gave, for as long as the router runs. */
export const sourceByHand = (urls: readonly string[], table: RoutingTable, log: Log): Source => {
  const { members, ignored } = membersByHand(urls);
  for (const { url, because } of ignored) log.error('node-ignored', { url, because });
  table.apply(members, 0);
  return {
    nobody: () => ({ status: 503, error: 'no-node', because: 'none of the given URLs may be routed to' }),
    state: () => ({ isKnown: true, epoch: undefined, version: 0, awayMs: 0, ignored, kept: 0 }),
    leavingChanged: () => undefined,
    ejectionChanged: () => undefined,
    stop: async () => undefined,
  };
};
