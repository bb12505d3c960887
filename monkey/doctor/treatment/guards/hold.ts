import { allow, type Guard, veto } from '../guard.ts';

/** Does a human hold this node? No machine overrides that. */
export const hold: Guard = ({ node }) =>
  node.heldBy === undefined ? allow('nobody holds it') : veto(`held by ${node.heldBy}`, { heldBy: node.heldBy });
