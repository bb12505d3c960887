/*
 * Many hosts answer at once, a sink sends one batch at a time.
 *
 * INVARIANTS
 * - What came first goes first, and no two batches at once: how fast is for the sink to say.
 * - Lines are written when their batch goes, not before: an answer is smaller than what is sent of it.
 * - What waits is bounded by whoever brings it: each waits until its own has gone.
 */
import type { MetricSink, Sent } from './metric-sink.ts';

export interface InTurn<Item> {
  /** Resolves once this was handed over, together with others that waited. Never rejects. */
  readonly put: (item: Item) => Promise<void>;
  /** All that went since the last time somebody asked. */
  readonly taken: () => Sent;
}

export const nothingSent: Sent = { lines: 0, datagrams: 0, failedLines: 0, tooLong: 0, because: null };

export const newInTurn = <Item>(
  sink: Pick<MetricSink, 'send'>,
  linesOf: (items: readonly Item[]) => readonly string[],
  signal: AbortSignal,
): InTurn<Item> => {
  let sent = nothingSent;
  let waiting: Item[] = [];
  let sending: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const send = async (): Promise<void> => {
    const lines = linesOf(waiting);
    waiting = [];
    next = undefined;
    if (lines.length > 0) sent = together(sent, await sink.send(lines, signal));
  };
  return {
    put: async (item) => {
      waiting.push(item);
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
  tooLong: one.tooLong + other.tooLong,
  because: other.because ?? one.because,
});
