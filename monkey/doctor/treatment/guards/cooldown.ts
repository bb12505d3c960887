import { formatMs } from '../../../../pool/units.ts';
import { allow, type Guard, veto } from '../guard.ts';
import { lastTreatedMs } from '../last-treated.ts';

/**
 * May this node be treated again yet? The wait doubles with each relapse, so that a remedy which does not cure is
 * tried ever less often instead of for ever.
 */
export const cooldown: Guard = ({ node, policy, view }) => {
  const lastMs = lastTreatedMs(node);
  if (lastMs === undefined) return allow('never treated');
  const waitMs = cooldownMs(policy.limits.cooldown, node.relapses);
  const remainingMs = lastMs + waitMs - view.nowMs;
  const words = `treated ${formatMs(Math.max(0, view.nowMs - lastMs))} ago, cooldown ${formatMs(waitMs)}`;
  return remainingMs <= 0 ? allow(words) : veto(words, { remainingMs, relapses: node.relapses });
};

/** The cooldown after so many relapses: doubled with each, at most 64 times the base. */
export const cooldownMs = (baseMs: number, relapses: number): number => baseMs * 2 ** Math.min(relapses, 6);
