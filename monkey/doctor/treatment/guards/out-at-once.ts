import type { Policy } from '../../../../pool/policy.ts';
import { formatShare } from '../../../../pool/units.ts';
import { allow, type Guard, veto } from '../guard.ts';

/** Would too many nodes be out at once? */
export const outAtOnce: Guard = ({ census, policy }) => {
  const allowed = allowedOut(census.members, policy.limits.out);
  const out = census.out.length;
  const { number, share } = policy.limits.out;
  const limits = `${number === 1 ? '1 node' : `${number} nodes`} or ${formatShare(share)} of ${census.members}`;
  const words = `${out} out, ${allowed} allowed at once (${limits})`;
  return out + 1 <= allowed ? allow(words, { out, allowed }) : veto(words, { out, allowed, who: census.out.join(' ') });
};

/**
 * The stricter of number and share, the share rounded down; but one at least, since a share of a small pool would
 * otherwise allow nobody ever (minServing still guards the last ones).
 */
export const allowedOut = (members: number, limit: Policy['limits']['out']): number =>
  Math.max(1, Math.min(limit.number, Math.floor(members * limit.share + 1e-9)));
