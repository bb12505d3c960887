import { createMetrics } from '../../../proxy/metrics.ts';
import type { Numbers } from '../../../proxy/numbers.ts';
import type { ShownMember, ShownPool, Telling } from '../../../proxy/telling.ts';

export const member = (id: string, rest: Partial<ShownMember> = {}): ShownMember => ({
  ...{
    id,
    url: `http://${id}`,
    place: 'in',
    weight: 1,
    shareNow: 1,
    inFlight: 0,
    webSockets: 0,
    failuresInRow: 0,
    askedLast: false,
  },
  ...rest,
});

export const shownPool = (members: readonly ShownMember[], rest: Partial<ShownPool> = {}): ShownPool => ({
  ...{ pool: { epoch: 'e', version: 1, awayMs: 0, kept: 0 }, members: [...members], leaving: [], ignored: [] },
  ...rest,
});

export const telling = (router: string, shown: ShownPool, rest: Partial<Telling> = {}): Telling => ({
  router,
  health: { ok: true, members: shown.members.length },
  ready: { ok: true, panic: false, nodes: { well: shown.members.length, askedLast: 0, ejected: 0 } },
  shown,
  others: {},
  ...rest,
});

/** Of a router that has answered so many requests with 200, and has one in flight on each of these nodes. */
export const numbersOf = (requests: number, inFlight: Readonly<Record<string, number>> = {}, poolVersion = 1) => {
  const metrics = createMetrics();
  for (let request = 0; request < requests; request += 1) metrics.requestEnded(200, 3);
  const members = { in: 2, 'asked-last': 0, out: requests % 2, 'on-trial': 0, leaving: 0 };
  return metrics.numbers({ inFlight, members, panic: false, webSockets: 1, ignored: 0, poolVersion, redisAwayMs: 0 });
};

export const nothingCounted: Numbers = { metrics: [], durations: { counts: [], sumMs: 0 } };
