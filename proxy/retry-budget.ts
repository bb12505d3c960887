/**
 * How many retries the pool is asked to bear: a share of the requests of the last seconds, but always a few.
 * Without it a pool that is slow because of load would get twice the load. The idea is Finagle's retry budget.
 */

export interface RetryRules {
  /** Retries per request in the window, 0 to 1. */
  readonly share: number;
  readonly window: number;
  /** Retries in one window that are granted however few requests there were. */
  readonly atLeast: number;
}

export type Grant = { readonly kind: 'granted' } | { readonly kind: 'exhausted'; readonly because: string };

export interface RetryBudget {
  readonly requestCame: (nowMs: number) => void;
  /** Takes one retry out of the budget, or says why it may not. */
  readonly take: (nowMs: number) => Grant;
}

/** The window is kept as this many slices, so it ends on a slice's edge: between 9/10 and the whole of it count. */
const slices = 10;

/** A budget that is full. `nowMs` must never go back. */
export const retryBudget = ({ share, window, atLeast }: RetryRules): RetryBudget => {
  const sliceMs = window / slices;
  const requests = new Array<number>(slices).fill(0);
  const retries = new Array<number>(slices).fill(0);
  let newest = Number.NEGATIVE_INFINITY;

  /** Forgets the slices that have left the window; returns the place of the slice that is now. */
  const place = (nowMs: number): number => {
    const slice = Math.floor(nowMs / sliceMs);
    for (let gone = Math.max(newest + 1, slice - slices + 1); gone <= slice; gone += 1) {
      requests[gone % slices] = 0;
      retries[gone % slices] = 0;
    }
    newest = Math.max(newest, slice);
    return newest % slices;
  };

  return {
    requestCame: (nowMs) => {
      const now = place(nowMs);
      requests[now] = (requests[now] ?? 0) + 1;
    },
    take: (nowMs) => {
      const now = place(nowMs);
      const spent = sum(retries);
      const most = Math.max(atLeast, Math.floor(share * sum(requests)));
      if (spent >= most) return { kind: 'exhausted', because: `${spent} of ${most} retries are spent` };
      retries[now] = (retries[now] ?? 0) + 1;
      return { kind: 'granted' };
    },
  };
};

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
