import type { NodeRecord } from '../../../pool/record.ts';
import type { Law, Seen } from '../observer.ts';

/** Nodes that a machine took out of service with this commit: neither a human, nor the machine's own end or boot. */
const takenOut = ({ before, after, changed, by }: Seen): readonly NodeRecord[] =>
  by.role === 'person'
    ? []
    : changed.flatMap((id) => {
        const [was, is] = [before.get(id), after.get(id)];
        if (was?.state !== 'serving' || is === undefined || is.state === 'serving') return [];
        const ownEnd = is.purpose === 'leave' || is.state === 'left' || is.bootId !== was.bootId;
        return ownEnd ? [] : [is];
      });

const serving = (nodes: ReadonlyMap<string, NodeRecord>): number =>
  [...nodes.values()].filter(({ state }) => state === 'serving').length;

export const minServing: Law = {
  name: 'never fewer than minServing because of us',
  onCommit: (seen, truth) => {
    const [out] = takenOut(seen);
    const least = truth.policy().limits.minServing;
    const left = serving(seen.after);
    return out === undefined || left >= least ? undefined : `${out.id} was taken out: ${left} serve, ${least} must`;
  },
};

/** Counted here on its own: the stricter of number and share, the share rounded down, and one at least. */
export const outAtOnce: Law = {
  name: 'never more than the allowed nodes out by us',
  onCommit: (seen, truth) => {
    const [treated] = takenOut(seen).filter(({ purpose }) => purpose === 'treat');
    if (treated === undefined) return undefined;
    const members = [...seen.after.values()].filter(({ state }) => state !== 'left');
    const out = members.filter(
      ({ state, incident }) =>
        state === 'draining' ||
        state === 'rebooting' ||
        state === 'lost' ||
        (state === 'checking' && incident !== undefined),
    );
    const { number, share } = truth.policy().limits.out;
    const allowed = Math.max(1, Math.min(number, Math.floor(members.length * share + 1e-9)));
    return out.length <= allowed
      ? undefined
      : `${treated.id} was taken out: ${out.length} of ${members.length} are out, ${allowed} may be`;
  },
};

const ofThePool: readonly string[] = ['serving', 'lost', 'draining', 'rebooting', 'checking'];

export const halfLost: Law = {
  name: 'never is more than half of the pool found lost',
  onCommit: ({ before, after, changed }) => {
    if (!changed.some((id) => before.get(id)?.state === 'serving' && after.get(id)?.state === 'lost')) return undefined;
    const members = [...after.values()].filter(({ state }) => ofThePool.includes(state));
    const lost = members.filter(({ state }) => state === 'lost').length;
    return lost * 2 <= members.length ? undefined : `${lost} of ${members.length} are lost`;
  },
};
