import { setImmediate } from 'node:timers/promises';
import { numberAsked, type Route, refuseNumber, sendJson } from '../route.ts';

const secondsAtMost = 3600;
const sliceMs = 20;

/**
 * Uses a whole core for `?seconds=` (1 unless told) and then answers. It burns in slices, so that the app stays
 * reachable, only slow: a busy server, not a dead one. It goes on if the client leaves, and ends with the app.
 */
export const burn: Route = {
  method: 'GET',
  answer: async ({ response, url, app }) => {
    const seconds = numberAsked(url, 'seconds', 1, secondsAtMost);
    if (seconds === undefined) {
      refuseNumber(response, 'seconds', secondsAtMost);
      return;
    }
    const startedMs = performance.now();
    const untilMs = startedMs + seconds * 1000;
    while (performance.now() < untilMs && !app.stopping.aborted) {
      burnSlice(Math.min(untilMs, performance.now() + sliceMs));
      await setImmediate();
    }
    sendJson(response, 200, { burnedMs: Math.round(performance.now() - startedMs) });
  },
};

const burnSlice = (untilMs: number): number => {
  let heat = 0;
  while (performance.now() < untilMs) for (let turn = 0; turn < 1000; turn += 1) heat += Math.sqrt(turn + heat);
  return heat;
};
