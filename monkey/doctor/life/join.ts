/*
 * How an agent joins the pool, or comes back to it.
 *
 * INVARIANTS
 * - A node that booted anew, from any state, leaves the live list and is checked; held and quarantined stay out.
 * - The same boot changes nothing but the session.
 * - A session is replaced only by who has seen that it no longer lives.
 * - A URL belongs to one id, and passes on only when EC2 no longer knows the old one.
 * - Who had it leaves with the same commit. Its record stays while its reboots count against the pool's budget: otherwise
 *   machines that are replaced at the address of the one that we have rebooted would give that back each time.
 * - Who disagrees with its record about who it is does not join.
 * - Whoever was out by a human's wish when the pool's data was lost stays out in the new pool; and what budgets and
 *   cooldowns count goes on counting.
 */
import type { NodeDraft } from '../../../pool/commit.ts';
import type { Decide, Decision } from '../../../pool/decision.ts';
import { isKnownState, type NodeRecord } from '../../../pool/record.ts';
import type { PoolView } from '../../../pool/view.ts';
import { bootedAnew } from './booted-anew.ts';
import { commit, draftWithout, entering, nothing, noticesOf, unchanged } from './draft.ts';
import { isUncured } from './quarantined-again.ts';
import { succeeding } from './succeeding.ts';

export interface Newcomer {
  readonly id: string;
  readonly url: string;
  readonly service: string;
  readonly bootId: string;
  readonly session: string;
  /** The session in the record that was seen not to live; undefined: there was no record. */
  readonly replaces: string | undefined;
  /** Who had our URL, and whether EC2 still knows that one; undefined: nobody had it. */
  readonly urlOwner: { readonly id: string; readonly gone: boolean } | undefined;
  /** Our record as it was when the pool's data was lost, if it was. */
  readonly beforeLoss?: NodeRecord | undefined;
}

/**
 * Why an agent may not join. `url-taken` and `other-url` are final: it ends and touches nothing. `look-again`: the
 * pool is not as it was when the agent looked.
 */
export type JoinRefusal = 'url-taken' | 'other-url' | 'look-again';

const refuse = (refusal: JoinRefusal, because: string): Decision => nothing(because, { refusal });

export const join =
  (newcomer: Newcomer): Decide =>
  (view, commitId) => {
    const owner = urlOwner(view, newcomer);
    if (owner !== undefined && owner.id !== newcomer.urlOwner?.id)
      return refuse('look-again', `${newcomer.url} belongs to ${owner.id} by now`);
    if (owner !== undefined && newcomer.urlOwner?.gone !== true)
      return refuse('url-taken', `${newcomer.url} belongs to ${owner.id}, which EC2 still knows`);
    const record = view.nodes.get(newcomer.id);
    const decision =
      record === undefined ? joinNew(newcomer, view, commitId) : joinAgain(record, newcomer, view, commitId);
    return owner === undefined ? decision : succeeding(owner, decision, view, commitId);
  };

/** The node, other than the newcomer, that has this URL and has not left. */
export const urlOwner = (view: PoolView, { id, url }: Pick<Newcomer, 'id' | 'url'>): NodeRecord | undefined =>
  [...view.nodes.values()].find((node) => node.url === url && node.id !== id && node.state !== 'left');

const joinNew = (newcomer: Newcomer, view: PoolView, commitId: string): Decision => {
  const { id, url, service, bootId, session, beforeLoss } = newcomer;
  const node: NodeDraft = {
    schema: 1,
    ...{ id, url, service, bootId, session },
    ...entering(view, 'checking', 'new in the pool'),
    weight: 1,
    relapses: 0,
    treatmentTimes: [],
    ...(beforeLoss === undefined ? {} : { ...countedOf(beforeLoss), ...keptApart(beforeLoss) }),
  };
  const out = node.state === 'checking' ? 'and is being checked' : `again, still ${node.state}: ${node.because}`;
  return commit('joined', {
    expect: [{ kind: 'node', node: id, token: undefined }],
    writes: [{ kind: 'put-node', node }],
    notices: noticesOf(commitId, node, { kind: 'joined', urgency: 'info', text: `${id} joined the pool ${out}.` }),
  });
};

/** What a lost pool may not undo: who waits for a human goes on waiting. */
const keptApart = (before: NodeRecord): Partial<NodeDraft> => ({
  ...outOf(before),
  ...(before.heldBy === undefined ? {} : { heldBy: before.heldBy }),
});

const outOf = (before: NodeRecord): Partial<NodeDraft> => {
  const { state, because } = before;
  if (state === 'held' || state === 'quarantined' || state === 'left') return { state, because };
  // The reboot that a human had ordered of a quarantined node is lost with the pool: nothing has cured it.
  return isUncured(before) ? { state: 'quarantined', because: before.quarantinedFor } : {};
};

/** Nor does it give anybody new reboots, or an end of its cooldown. */
const countedOf = ({ relapses, treatmentTimes, remedies, readmittedMs, busy }: NodeRecord): Partial<NodeDraft> => ({
  ...{ relapses, treatmentTimes },
  ...(remedies === undefined ? {} : { remedies }),
  ...(readmittedMs === undefined ? {} : { readmittedMs }),
  ...(busy === undefined ? {} : { busy }),
});

const joinAgain = (record: NodeRecord, newcomer: Newcomer, view: PoolView, commitId: string): Decision => {
  const { url, service, bootId, session, replaces } = newcomer;
  if (record.session !== session && record.session !== replaces)
    return refuse('look-again', `session ${record.session} holds the record of ${record.id} by now`);
  const sameBoot = record.bootId === bootId;
  if (!sameBoot && isKnownState(record.state)) return bootedAnew(record, newcomer, view, commitId);
  if (sameBoot && record.url !== url && record.state !== 'left')
    return refuse('other-url', `the pool knows ${record.id} at ${record.url}, not at ${url}; let it leave first`);
  if (record.session === session) return nothing('already joined');
  return commit('session', {
    expect: [unchanged(record)],
    writes: [{ kind: 'put-node', node: { ...draftWithout(record), url, service, bootId, session } }],
  });
};
