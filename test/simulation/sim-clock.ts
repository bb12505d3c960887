/*
 * Virtual time: nothing waits, and whoever sleeps wakes in the order of the deadlines.
 *
 * INVARIANTS
 * - Between two wakings everything that can follow has followed: production code only awaits promises here.
 * - The same run wakes the same sleepers in the same order.
 */
import type { Clock } from '../../pool/clock.ts';

export interface SimClock extends Clock {
  /** Lets time pass until then, or until `over` says so. */
  readonly runUntil: (atMs: number, over: () => boolean) => Promise<void>;
  /** How often somebody was woken. */
  readonly wakings: () => number;
}

interface Sleeper {
  readonly atMs: number;
  readonly order: number;
  wake: (() => void) | undefined;
}

export const simClock = (): SimClock => {
  const heap: Sleeper[] = [];
  let nowMs = 0;
  let order = 0;
  let wakings = 0;

  const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const wake = (): void => {
        sleeper.wake = undefined;
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      order += 1;
      const sleeper: Sleeper = { atMs: nowMs + Math.max(0, ms), order, wake };
      push(heap, sleeper);
      signal?.addEventListener('abort', wake, { once: true });
    });

  return {
    monotonicMs: () => nowMs,
    sleep,
    wakings: () => wakings,
    runUntil: async (endMs, over) => {
      await settled();
      while (!over()) {
        const next = pop(heap);
        if (next === undefined || next.atMs > endMs) {
          if (next !== undefined) push(heap, next);
          nowMs = endMs;
          return;
        }
        if (next.wake === undefined) continue;
        nowMs = Math.max(nowMs, next.atMs);
        wakings += 1;
        next.wake();
        await settled();
      }
    },
  };
};

/** All that follows from a waking is promises, so one turn of the event loop is enough. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const isBefore = (one: Sleeper, other: Sleeper): boolean =>
  one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);

const push = (heap: Sleeper[], sleeper: Sleeper): void => {
  let at = heap.length;
  heap.push(sleeper);
  while (at > 0) {
    const above = (at - 1) >> 1;
    if (!isBefore(sleeper, heap[above]!)) break;
    heap[at] = heap[above]!;
    at = above;
  }
  heap[at] = sleeper;
};

const pop = (heap: Sleeper[]): Sleeper | undefined => {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    if (left >= heap.length) break;
    const below = left + 1 < heap.length && isBefore(heap[left + 1]!, heap[left]!) ? left + 1 : left;
    if (!isBefore(heap[below]!, last)) break;
    heap[at] = heap[below]!;
    at = below;
  }
  heap[at] = last;
  return first;
};
