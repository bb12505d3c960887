/** What every order of a human's hand says of a node. */
import { defaultPolicy, type Policy } from '../../../pool/policy.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import { near } from '../../../pool/suggest.ts';
import { formatMs } from '../../../pool/units.ts';
import { unreadablePolicy } from '../../../pool/unreadable-policy.ts';
import type { PoolView } from '../../../pool/view.ts';
import { nothing } from '../life/draft.ts';
import { census } from '../treatment/census.ts';
import type { Guard, Veto } from '../treatment/guard.ts';
import { askGuards, vetoesOf } from '../treatment/guards.ts';

export interface NodeOrder {
  readonly node: string;
  /** Who gave it; stands in the record. */
  readonly by: string;
  readonly because: string;
  /** Passes over the guards; that it did, and what they said, stands in the record. */
  readonly force: boolean;
}

/** Refuses an order; `refusal` names the reason for programs. */
export const refuse = (refusal: string, because: string, detail: Readonly<Record<string, unknown>> = {}) =>
  nothing(because, { refusal, ...detail });

export const unknownNode = (view: PoolView, node: string) => {
  const known = [...view.nodes.keys()];
  const meant = near(node, known);
  if (meant.length > 0) return refuse('unknown-node', `no node ${node}; did you mean ${meant.join(' or ')}?`);
  const names = known.length === 0 ? 'the pool has no nodes' : `the pool has ${known.slice(0, 10).join(', ')}`;
  return refuse('unknown-node', `no node ${node}: ${names}${known.length > 10 ? ', …' : ''}`);
};

/** The policy that stands when the order is decided. */
export const policyNow = (view: PoolView): Policy => view.policy?.policy ?? defaultPolicy();

/** The guards among `asked` that veto taking this node out. A human sees the view that they decide on, so it is fresh. */
export const vetoesAgainst = (
  view: PoolView,
  node: NodeRecord,
  asked: Readonly<Record<string, Guard>>,
): readonly Veto[] => {
  const policy = policyNow(view);
  const vetoes = vetoesOf(
    askGuards({ node, view, policy, census: census(view, policy), remedy: 'reboot', viewAgeMs: 0 }, asked),
  );
  const unread = unreadablePolicy(view);
  if (unread === undefined) return vetoes;
  const because = `the pool's policy cannot be read: ${unread.because}`;
  return [{ kind: 'veto', guard: 'policy', because, detail: {} }, ...vetoes];
};

/** `min-serving: 0 other nodes serve, at least 1 must`, joined. */
export const vetoText = (vetoes: readonly Veto[]): string =>
  vetoes
    .map(({ guard, because, detail: { remainingMs } }) => {
      const until = typeof remainingMs === 'number' && remainingMs > 0 ? `, for ${formatMs(remainingMs)} more` : '';
      return `${guard}: ${because}${until}`;
    })
    .join('; ');

/** What the record says of an order that passed over guards. */
export const forced = (vetoes: readonly Veto[]): { readonly forced?: readonly string[] } =>
  vetoes.length === 0 ? {} : { forced: vetoes.map(({ guard }) => guard) };
