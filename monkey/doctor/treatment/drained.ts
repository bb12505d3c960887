/*
 * When a drain has ended.
 *
 * INVARIANTS
 * - It ends early only when every router alive has applied it and counts zero in flight, and the app's port has no
 *   established connection left (where that can be seen).
 * - With no live router, or with one silent, it lasts its whole deadline: somebody we cannot hear may still be sending.
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

/**
 * @param established connections to the app's port as the kernel counts them; undefined where it can't be seen
 */
export const drained = (view: PoolView, node: NodeRecord, policy: Policy, established: number | undefined): Drained => {
  const waitedMs = view.nowMs - node.sinceMs;
  const remainingMs = policy.drain.deadline - waitedMs;
  const open = stillOpen(view, node, established);
  if (open.because === undefined)
    return {
      kind: 'drained',
      because: `all ${String(view.routers.size)} routers let go after ${formatMs(waitedMs)}`,
      inFlight: 0,
    };
  if (remainingMs > 0) return { kind: 'waiting', because: open.because, remainingMs };
  return {
    kind: 'drained',
    because: `its deadline of ${formatMs(policy.drain.deadline)} passed: ${open.because}`,
    inFlight: open.inFlight,
  };
};

interface StillOpen {
  readonly because: string | undefined;
  readonly inFlight: number;
}

const stillOpen = (view: PoolView, node: NodeRecord, established: number | undefined): StillOpen => {
  const routers = [...view.routers.values()];
  const counts = routers.map(({ draining }) => (node.drain === undefined ? undefined : draining[node.drain]));
  const inFlight = counts.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  const silent = routers.filter(({ atMs }) => view.nowMs - atMs > routerSilentAfterMs);
  const late = routers.filter((_, index) => counts[index] === undefined);
  if (routers.length === 0) return { because: 'no router is known, so nobody can say that it let go', inFlight };
  if (silent.length > 0) return { because: `routers are silent: ${names(silent)}`, inFlight };
  if (late.length > 0) return { because: `routers have not applied it yet: ${names(late)}`, inFlight };
  if (inFlight > 0) return { because: `${String(inFlight)} requests are in flight`, inFlight };
  if (established !== undefined && established > 0)
    return { because: `${String(established)} connections to the app are open`, inFlight: established };
  return { because: undefined, inFlight };
};

const names = (routers: readonly { readonly id: string }[]): string => routers.map(({ id }) => id).join(', ');
