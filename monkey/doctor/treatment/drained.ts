/*
 * When a drain has ended.
 *
 * INVARIANTS
 * - It ends early only when every router alive has applied it and counts zero in flight, and the app's port has no
 *   established connection left (where that can be seen).
 * - With no live router, or with one silent or unreadable, it lasts its whole deadline: somebody we cannot hear may
 *   still be sending.
 * - It always ends at its deadline: a cure is never held up for ever.
 */
import type { Policy } from '../../../pool/policy.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import { formatMs } from '../../../pool/units.ts';
import type { PoolView } from '../../../pool/view.ts';

/** A router that has said nothing for this long is silent. */
export const routerSilentAfterMs = 5_000;

export type Drained =
  | { readonly kind: 'drained'; readonly because: string; readonly inFlight: number }
  | { readonly kind: 'waiting'; readonly because: string; readonly remainingMs: number };

export interface DrainSeen {
  /** How long the drain has lasted, by a clock that does not jump. */
  readonly waitedMs: number;
  /** Connections to the app's port as the kernel counts them; undefined where that can't be seen. */
  readonly established: number | undefined;
}

export const drained = (view: PoolView, node: NodeRecord, policy: Policy, seen: DrainSeen): Drained => {
  const { waitedMs, established } = seen;
  const inFlight = [...view.routers.values()].reduce((sum, { draining }) => sum + (draining[node.drain ?? ''] ?? 0), 0);
  const open = stillOpen(view, node, inFlight, established);
  if (open === undefined)
    return { kind: 'drained', because: `${allOf(view.routers.size)} let go after ${formatMs(waitedMs)}`, inFlight: 0 };
  const remainingMs = policy.drain.deadline - waitedMs;
  if (remainingMs > 0) return { kind: 'waiting', because: open, remainingMs };
  return {
    kind: 'drained',
    because: `its deadline of ${formatMs(policy.drain.deadline)} passed: ${open}`,
    inFlight: Math.max(inFlight, established ?? 0),
  };
};

/** Why somebody may still be sending to this node; undefined where nobody is. */
const stillOpen = (
  view: PoolView,
  node: NodeRecord,
  inFlight: number,
  established: number | undefined,
): string | undefined => {
  const routers = [...view.routers.values()];
  const unread = view.garbage.filter(({ key }) => key.endsWith(':routers'));
  const silent = routers.filter(({ atMs }) => view.nowMs - atMs > routerSilentAfterMs);
  const late = routers.filter(({ draining }) => node.drain === undefined || draining[node.drain] === undefined);
  if (unread.length > 0) return `what routers say cannot be read: ${names(unread.map(({ field }) => field ?? 'all'))}`;
  if (routers.length === 0) return 'no router is known, so nobody can say that it let go';
  if (silent.length > 0) return `routers are silent: ${names(silent.map(({ id }) => id))}`;
  if (late.length > 0) return `routers have not applied it yet: ${names(late.map(({ id }) => id))}`;
  if (inFlight > 0) return inFlight === 1 ? '1 request is in flight' : `${inFlight} requests are in flight`;
  if (established === undefined || established === 0) return undefined;
  return established === 1 ? '1 connection to the app is open' : `${established} connections to the app are open`;
};

const names = (ids: readonly string[]): string => ids.join(', ');
const allOf = (routers: number): string => (routers === 1 ? 'the only router' : `all ${routers} routers`);
