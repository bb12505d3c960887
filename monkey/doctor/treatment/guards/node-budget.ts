import { allow, type Guard, veto } from '../guard.ts';
import { rebootTimesSince } from '../remedies.ts';

export const nodeBudgetMs = 24 * 3_600_000;

/** Has this node been rebooted too often within a day? Another reboot would not cure it either. */
export const nodeBudget: Guard = ({ node, view, policy, remedy }) => {
  if (remedy === 'restart-service') return allow('its remedy restarts no machine');
  if (remedy === 'none') return allow('no remedy is left that would restart the machine');
  const times = rebootTimesSince(node, view.nowMs - nodeBudgetMs).toSorted((one, other) => one - other);
  const limit = policy.limits.reboots.node;
  const words = `${times.length} of ${limit} reboots of this node within 24 h are used`;
  const detail = { reboots: times.length, limit };
  if (times.length < limit) return allow(words, detail);
  const freesMs = times[times.length - limit] ?? view.nowMs;
  return veto(words, { ...detail, remainingMs: freesMs + nodeBudgetMs - view.nowMs });
};
