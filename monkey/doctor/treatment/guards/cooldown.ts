import { formatMs } from '../../../../pool/units.ts';
import { allow, type Guard, veto } from '../guard.ts';

/**
 * May this node be treated again yet? The wait doubles with each relapse, so that a remedy which does not cure is
 * tried ever less often instead of for ever.
 */
export const cooldown: Guard = ({ node, policy, view }) => {
  const lastMs = node.treatmentTimes.at(-1);
  if (lastMs === undefined) return allow('never treated');
  const waitMs = cooldownMs(policy.limits.cooldown, node.relapses);
  const remainingMs = lastMs + waitMs - view.nowMs;
  return remainingMs <= 0
    ? allow(`treated ${formatMs(view.nowMs - lastMs)} ago, cooldown ${formatMs(waitMs)}`)
    : veto(`treated ${formatMs(view.nowMs - lastMs)} ago, cooldown ${formatMs(waitMs)}`, {
        remainingMs,
        relapses: node.relapses,
      });
};

/** The cooldown after so many relapses: doubled with each, at most 64 times the base. */
export const cooldownMs = (baseMs: number, relapses: number): number => baseMs * 2 ** Math.min(relapses, 6);
