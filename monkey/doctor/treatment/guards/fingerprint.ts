import type { FoundDoing } from '../../../../pool/record.ts';
import { formatMs } from '../../../../pool/units.ts';
import { foundAlike, foundInTreatment, isJudgedByDoing, keptAsFound } from '../found-doing.ts';
import { allow, type Guard, type Question, veto } from '../guard.ts';
import { allowedOut } from './out-at-once.ts';

/**
 * Were other nodes found sick doing the very same? Then it is the code that is sick, and a reboot cures no code: it takes one
 * node after the other away, and with each what could be learned of it. Evidence is no condition of a cure, so a node of
 * which there is no profile is treated as ever; so is one whose reboot a human has ordered, one that is sick of something
 * that no profile shows, and one that the pool cannot spare: what this refuses stays out until a human comes.
 */
export const fingerprint: Guard = (question) => {
  const { node, view, policy, remedy, fingerprint: justFound } = question;
  if (remedy === 'none') return allow('nothing is rebooted');
  const found: Pick<FoundDoing, 'print' | 'frame'> | undefined = justFound ?? foundInTreatment(node);
  const { nodes: limit, within } = policy.limits.fingerprint;
  if (found === undefined) return allow('no profile says what it was doing, and none is needed', { limit });
  if (!isJudgedByDoing(node)) return allow('it is not sick of its CPU, of which a profile would tell', { limit });
  const nodes = new Set([node.id, ...foundAlike(view, found.print, within).map(({ id }) => id)]).size;
  const words = `${found.frame} is hottest on ${nodes === 1 ? 'this node alone' : `${nodes} nodes`} within ${formatMs(within)}, from ${limit} on it is the code`;
  const detail = { nodes, limit, withinMs: within, print: found.print };
  if (nodes < limit) return allow(words, detail);
  const allowed = node.orderedBy === undefined ? cannotSpare(question) : `${node.orderedBy} has ordered it`;
  return allowed === undefined ? veto(words, detail) : allow(`${words}; ${allowed}`, detail);
};

/** Why this node must come back; undefined where the pool can do without it until a human has looked. */
const cannotSpare = ({ node, view, policy, census }: Question): string | undefined => {
  const { minServing, out } = policy.limits;
  const serving = census.serving.filter((id) => id !== node.id).length;
  if (serving < Math.max(minServing, 1)) return `other nodes that serve: ${serving}, so it is cured all the same`;
  const gone = new Set([...census.out, ...keptAsFound(view)].filter((id) => id !== node.id)).size;
  const most = allowedOut(census.members, out);
  return gone + 1 <= most
    ? undefined
    : `${gone} other${gone === 1 ? ' is' : 's are'} out or kept for people to look at and ${most} may be, so it is cured all the same`;
};
