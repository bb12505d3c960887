import type { Clock } from '../../../pool/clock.ts';

/**
 * Resolves one after the other, with a pause between any two, also where timers are late: connections that are opened in
 * one burst overflow the short queue of a simple server (5 with Python's http.server, threads or not), and the kernel
 * then knocks again only after a second, or three, or seven. 150 connections take half a second like this.
 */
export const newPacer = (pauseMs: number, clock: Clock, signal: AbortSignal): (() => Promise<void>) => {
  let last = Promise.resolve();
  return () => {
    last = last.then(() => clock.sleep(pauseMs, signal));
    return last;
  };
};
