/*
 * What fails at sockets that listen. Where no descriptor is left every connection that waits is one more failure, as fast
 * as the system can say so.
 *
 * INVARIANTS
 * - A cause is told at once, and then once a minute at most, with how many of it were left out since.
 * - Only the last few causes are remembered: one that was forgotten is told at once again.
 * - What was left out is told with the cause's next line, and by none where it does not come again or was forgotten.
 */
import type { Clock } from '../pool/clock.ts';
import type { Log } from '../pool/log.ts';

const pauseMs = 60_000;
const mostCauses = 20;

interface Told {
  readonly atMs: number;
  leftOut: number;
}

export const socketFailures = (log: Log, clock: Pick<Clock, 'monotonicMs'>): ((error: Error) => void) => {
  const told = new Map<string, Told>();
  return (error) => {
    const because = String(error);
    const nowMs = clock.monotonicMs();
    const last = told.get(because);
    if (last !== undefined && nowMs - last.atMs < pauseMs) {
      last.leftOut += 1;
      return;
    }
    const leftOut = last?.leftOut ?? 0;
    log.error('router-socket-failed', { because, ...(leftOut === 0 ? {} : { leftOut }) });
    told.delete(because);
    told.set(because, { atMs: nowMs, leftOut: 0 });
    const [oldest = because] = told.keys();
    if (told.size > mostCauses) told.delete(oldest);
  };
};
