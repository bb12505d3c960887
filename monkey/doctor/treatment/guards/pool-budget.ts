import { neighboursOf } from '../../../../pool/lazy-nodes.ts';
import type { Neighbour } from '../../../../pool/neighbour.ts';
import { onceAView } from '../../../../pool/once-a-view.ts';
import { allow, type Guard, veto } from '../guard.ts';
import { purposeOf } from '../purpose.ts';
import { waitsFor } from '../reboot-waits.ts';
import { rebootTimesSince } from '../remedies.ts';

/** How long a reboot counts. */
export const poolBudgetMs = 3_600_000;

/**
 * Has the pool been rebooted too often within an hour? Then what is wrong is not one node. A treatment under way that may
 * still come to a reboot counts as one: else two that were admitted in one moment would share the last. Of those that wait
 * for room the first is not held up by the others, or none of them would ever go.
 */
export const poolBudget: Guard = ({ node, view, policy, remedy }) => {
  if (remedy === 'restart-service') return allow('its remedy restarts no machine');
  if (remedy === 'none') return allow('no remedy is left that would restart the machine');
  const { times, treated } = usedOf(view, policy);
  const ahead = treated.filter((one) => one.id !== node.id && !waitsBefore(node, one)).length;
  const limit = policy.limits.reboots.pool;
  const used = times.length + ahead;
  const words = `${used} of ${limit} reboots of the pool within an hour are used`;
  const detail = { reboots: times.length, ahead, limit };
  if (used < limit) return allow(words, detail);
  const freesMs = times[times.length - limit + ahead];
  return veto(words, freesMs === undefined ? detail : { ...detail, remainingMs: freesMs + poolBudgetMs - view.nowMs });
};

/** Do both wait, and this one for longer? */
const waitsBefore = (node: Neighbour, other: Neighbour): boolean => {
  const [own, others] = [waitsFor(node), waitsFor(other)];
  if (own === undefined || others === undefined) return false;
  return own.untilMs === others.untilMs ? node.id < other.id : own.untilMs < others.untilMs;
};

/** When machines were restarted within the hour, oldest first, and which nodes may still come to it. */
const usedOf = onceAView(({ nodes, nowMs }) => {
  const times: number[] = [];
  const treated: Neighbour[] = [];
  for (const one of neighboursOf(nodes)) {
    for (const atMs of rebootTimesSince(one, nowMs - poolBudgetMs)) times.push(atMs);
    if (one.state === 'draining' && purposeOf(one) === 'treat') treated.push(one);
  }
  return { times: times.sort((a, b) => a - b), treated };
});
