/** Somebody asks a node for a profile of its app; its agent answers once. Neither is a commit: nothing of the pool's state moves. */
import { isObject, readObject } from './json.ts';

export interface ProfileOrder {
  /** Names the order, and where its answer is found. */
  readonly id: string;
  readonly by: string;
  readonly seconds: number;
  /** Samples a second. */
  readonly hz: number;
}

/** An agent refuses what is longer; whoever asks for it is told before. */
export const profileSecondsMost = 60;

/** What an agent is to take for one, and for how long an answer is kept. */
export const profileKept = { bytes: 256 * 1024, answerMs: 120_000 } as const;

/** `asked`, or why not: one is asked for already, or nobody of that id is in the pool. */
export type ProfileAsked = 'asked' | 'busy' | 'unknown-node';

/** The order that still stands, from its JSON; nothing where it is over or is none. */
export const standingOrder = (json: string | undefined, nowMs: number): ProfileOrder | undefined => {
  const order = json === undefined ? undefined : readObject(json);
  if (!isObject(order)) return undefined;
  const { id, by, seconds, hz, untilMs } = order;
  const isWhole = typeof id === 'string' && typeof by === 'string' && isPositive(seconds) && isPositive(hz);
  return isWhole && typeof untilMs === 'number' && untilMs > nowMs ? { id, by, seconds, hz } : undefined;
};

const isPositive = (value: unknown): value is number => typeof value === 'number' && value > 0 && value < 1e6;
