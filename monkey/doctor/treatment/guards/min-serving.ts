import { allow, type Guard, veto } from '../guard.ts';

/** Would enough nodes still serve without this one? Only nodes whose agents beat are counted. */
export const minServing: Guard = ({ node, census, policy }) => {
  const left = census.serving.filter((id) => id !== node.id).length;
  const words = `${String(left)} other nodes serve, at least ${String(policy.limits.minServing)} must`;
  const detail = { left, minServing: policy.limits.minServing };
  return left >= policy.limits.minServing ? allow(words, detail) : veto(words, detail);
};
