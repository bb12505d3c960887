/*
 * One round: every host is asked once, many side by side.
 *
 * INVARIANTS
 * - Each target has exactly one answer, unless the signal ended the round first.
 * - One host keeps its place for its own deadline and no longer, even where its reader never returns.
 * - Whoever takes the answers holds the round up, so that no more than `most` answers wait for it: that is the bound.
 */
import { setMaxListeners } from 'node:events';
import type { Clock } from '../../pool/clock.ts';
import { formatMs } from '../../pool/units.ts';
import { OutOfTime, within } from '../../pool/within.ts';
import type { HostAnswer } from './host-answer.ts';
import type { HostReader } from './host-reader.ts';
import type { Target } from './target.ts';

export interface RoundOptions {
  /** So many hosts are asked at once. */
  readonly most: number;
  /** What a host has in all; its reader keeps this itself. */
  readonly hostMs: number;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly signal: AbortSignal;
  /** Called with each answer as it comes. Never rejects. */
  readonly take: (answer: HostAnswer) => Promise<void>;
}

/** A reader that has not ended by then never will. */
const graceMs = 500;

/** Resolves once every answer was taken, or soon after the signal. @returns how long it took, in milliseconds */
export const readAll = async (
  reader: Pick<HostReader, 'read'>,
  targets: readonly Target[],
  options: RoundOptions,
): Promise<number> => {
  const { most, clock, signal, take } = options;
  // Every host that is asked listens, which is no leak.
  setMaxListeners(0, signal);
  const startedMs = clock.monotonicMs();
  const waiting = targets.values();
  const askOn = async (): Promise<void> => {
    for (const target of waiting) {
      if (signal.aborted) return;
      const answer = await answerOf(reader, target, options);
      if (isAborted(signal)) return;
      await take(answer);
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, targets.length) }, askOn));
  return clock.monotonicMs() - startedMs;
};

/** A signal changes while we wait, which the compiler can't know. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

const answerOf = async (
  reader: Pick<HostReader, 'read'>,
  target: Target,
  { hostMs, clock, signal }: RoundOptions,
): Promise<HostAnswer> => {
  const startedMs = clock.monotonicMs();
  try {
    return await within({ deadlineMs: hostMs + graceMs, signal }, (ending) => reader.read(target, ending));
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error;
    const because = `it was not done within ${formatMs(hostMs)}`;
    return { kind: 'failed', target, stage: 'answer', because, tookMs: clock.monotonicMs() - startedMs };
  }
};
