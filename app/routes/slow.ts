import { setTimeout } from 'node:timers/promises';
import { numberAsked, type Route, refuseNumber, sendJson } from '../route.ts';

const msAtMost = 600_000;

/** Answers after `?ms=` (1000 unless told), without using the CPU. What is under way when the app stops is waited for. */
export const slow: Route = {
  method: 'GET',
  answer: async ({ response, url }) => {
    const ms = numberAsked(url, 'ms', 1000, msAtMost);
    if (ms === undefined) {
      refuseNumber(response, 'ms', msAtMost);
      return;
    }
    await setTimeout(ms, undefined, { ref: false });
    sendJson(response, 200, { waitedMs: ms });
  },
};
