import type { FoundDoing } from '../../../../pool/record.ts';
import { formatMs } from '../../../../pool/units.ts';
import { foundAlike, foundInTreatment } from '../found-doing.ts';
import { allow, type Guard, veto } from '../guard.ts';

/**
 * Were other nodes found sick doing the very same? Then it is the code that is sick, and a reboot cures no code: it takes one
 * node after the other away, and with each what could be learned of it. Evidence is no condition of a cure, so a node of
 * which there is no profile is treated as ever; so is one whose reboot a human has ordered.
 */
export const fingerprint: Guard = ({ node, view, policy, remedy, fingerprint: justFound }) => {
  if (remedy === 'none') return allow('nothing is rebooted');
  const found: Pick<FoundDoing, 'print' | 'frame'> | undefined = justFound ?? foundInTreatment(node);
  const { nodes: limit, within } = policy.limits.fingerprint;
  if (found === undefined) return allow('no profile says what it was doing, and none is needed', { limit });
  const nodes = new Set([node.id, ...foundAlike(view, found.print, within).map(({ id }) => id)]).size;
  const words = `${found.frame} is hottest on ${nodes === 1 ? 'this node alone' : `${nodes} nodes`} within ${formatMs(within)}, from ${limit} on it is the code`;
  const detail = { nodes, limit, withinMs: within, print: found.print };
  if (nodes < limit) return allow(words, detail);
  return node.orderedBy === undefined
    ? veto(words, detail)
    : allow(`${words}; ${node.orderedBy} has ordered it`, detail);
};
