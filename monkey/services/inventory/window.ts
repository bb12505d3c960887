/*
 * How many questions an inventory is asked at once. Nobody tells us whether it answers them one after the other or side by
 * side: it is found out. Pure.
 *
 * Few at first, then twice as many for as long as the answers come no slower: side by side, that doubles what is answered;
 * one after the other it only makes everybody wait. Such a server has, moreover, a short queue for connections (5 with
 * Python's http.server), and whoever finds it full waits a second for the kernel to knock again.
 *
 * INVARIANTS
 * - Only questions that were sent since the window last changed say how fast it is at that width.
 * - It never grows to where, at twice the time, an answer would take more than half of what one question may take.
 */
export interface Window {
  readonly size: number;
  readonly most: number;
  /** How long a question may take. */
  readonly requestMs: number;
  /** Changes with every new beginning: whoever asks remembers it. */
  readonly turn: number;
  /** How long answers took in this turn. */
  readonly tookMs: readonly number[];
  readonly failures: number;
  /** The middle one of the turn before, at half the width. */
  readonly beforeMs?: number | undefined;
  /** How often in a row being wider was no use. */
  readonly strikes: number;
}

const first = 3;
/** Twice as wide, answers that come one after the other take twice as long, those side by side as long as before. */
const slower = 1.3;
/** Times vary: once is no proof. */
const strikesMost = 3;

export const newWindow = (most: number, requestMs: number): Window => ({
  size: Math.min(first, most),
  most,
  requestMs,
  turn: 0,
  tookMs: [],
  failures: 0,
  strikes: 0,
});

/** One question and what came of it; `turn` is that of the window when it was sent. */
export interface Outcome {
  readonly turn: number;
  readonly ms: number;
  readonly failed: boolean;
}

export const afterOutcome = (window: Window, { turn, ms, failed }: Outcome): Window => {
  if (turn !== window.turn) return window;
  const now = failed ? { ...window, failures: window.failures + 1 } : { ...window, tookMs: [...window.tookMs, ms] };
  return now.tookMs.length + now.failures >= enough(now) ? nextTurn(now) : now;
};

/** Of the questions that a widened window lets go at once, all. */
const enough = ({ size, turn }: Window): number => (turn === 0 ? size : Math.floor(size / 2) + 1);

const nextTurn = (window: Window): Window => {
  const { size, most, requestMs, tookMs, failures, beforeMs, strikes } = window;
  const fresh = { ...window, turn: window.turn + 1, tookMs: [], failures: 0 };
  if (failures > tookMs.length) return { ...fresh, size: halfOf(size), beforeMs: undefined };
  const middleMs = middle(tookMs);
  if (beforeMs !== undefined && middleMs > slower * beforeMs)
    return { ...fresh, size: halfOf(size), beforeMs: undefined, strikes: strikes + 1 };
  if (size === most || strikes >= strikesMost || 2 * middleMs > requestMs / 2) return { ...fresh, beforeMs: undefined };
  return {
    ...fresh,
    size: Math.min(most, 2 * size),
    beforeMs: middleMs,
    strikes: beforeMs === undefined ? strikes : 0,
  };
};

const halfOf = (size: number): number => Math.max(1, Math.floor(size / 2));

const middle = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[values.length >> 1] ?? 0;
