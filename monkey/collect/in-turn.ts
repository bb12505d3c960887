/*
 * Many hosts answer at once, a sink sends one batch at a time.
 *
 * INVARIANTS
 * - Lines go out in the order in which they came, and no two batches at once: how fast is for the sink to say.
 * - What waits is bounded by whoever brings lines: each waits until its own have gone.
 */
import type { MetricSink, Sent } from './metric-sink.ts';

export interface InTurn {
  /** Resolves once these lines were handed over, together with others that waited. Never rejects. */
  readonly put: (lines: readonly string[]) => Promise<void>;
  /** All that went since the last time somebody asked. */
  readonly taken: () => Sent;
}

export const nothingSent: Sent = { lines: 0, datagrams: 0, failedLines: 0, because: null };

export const newInTurn = (sink: Pick<MetricSink, 'send'>, signal: AbortSignal): InTurn => {
  let sent = nothingSent;
  let waiting: (readonly string[])[] = [];
  let sending: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const send = async (): Promise<void> => {
    const lines = waiting.flat();
    waiting = [];
    next = undefined;
    sent = together(sent, await sink.send(lines, signal));
  };
  return {
    put: async (lines) => {
      if (lines.length === 0) return;
      waiting.push(lines);
      next ??= (sending ?? Promise.resolve()).then(() => (sending = send()));
      await next;
    },
    taken: () => {
      const told = sent;
      sent = nothingSent;
      return told;
    },
  };
};

/** The last reason stands: what fails now is what can be helped. */
export const together = (one: Sent, other: Sent): Sent => ({
  lines: one.lines + other.lines,
  datagrams: one.datagrams + other.datagrams,
  failedLines: one.failedLines + other.failedLines,
  because: other.because ?? one.because,
});
