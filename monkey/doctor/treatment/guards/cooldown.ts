import type { Policy } from '../../../../pool/policy.ts';
import type { NodeRecord } from '../../../../pool/record.ts';
import { formatMs } from '../../../../pool/units.ts';
import { allow, type Guard, veto } from '../guard.ts';
import { lastTreatedMs } from '../last-treated.ts';

/**
 * May this node be treated again yet? The wait doubles with each relapse, so that a remedy which does not cure is
 * tried ever less often instead of for ever; and each time that it was load, so that a busy node is drained ever less
 * often for nothing.
 */
export const cooldown: Guard = ({ node, policy, view }) => {
  const lastMs = lastTreatedMs(node);
  if (lastMs === undefined) return allow('never treated');
  const waitMs = waitOf(node, policy);
  const remainingMs = lastMs + waitMs - view.nowMs;
  const load =
    node.busy === undefined ? '' : `, it was load ${node.busy === 1 ? 'once' : `${node.busy} times in a row`}`;
  const words = `treated ${formatMs(Math.max(0, view.nowMs - lastMs))} ago, cooldown ${formatMs(waitMs)}${load}`;
  const detail = { relapses: node.relapses, busy: node.busy ?? 0, waitMs };
  return remainingMs <= 0 ? allow(words, detail) : veto(words, { remainingMs, ...detail });
};

/** For how long a treated node is left alone, in milliseconds. */
export const waitOf = ({ relapses, busy = 0 }: Pick<NodeRecord, 'relapses' | 'busy'>, { limits }: Policy): number =>
  cooldownMs(limits.cooldown, Math.max(relapses, busy));

/** The cooldown after so many relapses: doubled with each, at most 64 times the base. */
export const cooldownMs = (baseMs: number, relapses: number): number => baseMs * 2 ** Math.min(relapses, 6);
