/*
 * How an agent joins the pool, or comes back to it.
 *
 * INVARIANTS
 * - A node that booted anew, from any state, leaves the live list and is checked; held and quarantined stay out.
 * - The same boot changes nothing but the session.
 * - A URL belongs to one id, and passes on only when EC2 no longer knows the old one.
 * - Who disagrees with its record about who it is does not join.
 */

import type { Expectation, NodeDraft } from '../../../pool/commit.ts';
import type { Decide, Decision } from '../../../pool/decision.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import { formatMs } from '../../../pool/units.ts';
import type { PoolView } from '../../../pool/view.ts';
import { commit, draftWithout, entering, nothing, noticesOf, told, unchanged } from './draft.ts';

export interface Newcomer {
  readonly id: string;
  readonly url: string;
  readonly service: string;
  readonly bootId: string;
  readonly session: string;
  /** Ids of nodes that EC2 no longer knows, as far as it was asked. */
  readonly gone: readonly string[];
}

/** Why an agent may not join; it ends with exit 2 and touches nothing. */
export type JoinRefusal = 'url-taken' | 'other-url';

export const join =
  (newcomer: Newcomer): Decide =>
  (view, commitId) => {
    const owner = urlOwner(view, newcomer);
    if (owner !== undefined && !newcomer.gone.includes(owner.id))
      return nothing(`${newcomer.url} belongs to ${owner.id}, which EC2 still knows`, {
        refusal: 'url-taken',
        owner: owner.id,
      });
    const record = view.nodes.get(newcomer.id);
    const decision =
      record === undefined ? joinNew(newcomer, view, commitId) : joinAgain(record, newcomer, view, commitId);
    return owner === undefined ? decision : alsoForget(owner, decision);
  };

/** The node, other than the newcomer, that has this URL and has not left. */
export const urlOwner = (view: PoolView, { id, url }: Pick<Newcomer, 'id' | 'url'>): NodeRecord | undefined =>
  [...view.nodes.values()].find((node) => node.url === url && node.id !== id && node.state !== 'left');

const joinNew = (newcomer: Newcomer, view: PoolView, commitId: string): Decision => {
  const { id, url, service, bootId, session } = newcomer;
  const node: NodeDraft = {
    schema: 1,
    ...{ id, url, service, bootId, session },
    ...entering(view, 'checking', 'new in the pool'),
    weight: 1,
    relapses: 0,
    treatmentTimes: [],
  };
  return commit('joined', {
    expect: [{ kind: 'node', node: id, token: undefined }],
    writes: [{ kind: 'put-node', node }],
    notices: noticesOf(commitId, node, {
      kind: 'joined',
      urgency: 'info',
      text: `${id} joined the pool and is being checked.`,
    }),
  });
};

const joinAgain = (record: NodeRecord, newcomer: Newcomer, view: PoolView, commitId: string): Decision => {
  const sameBoot = record.bootId === newcomer.bootId;
  if (sameBoot && record.url !== newcomer.url && record.state !== 'left')
    return nothing(`the pool knows ${record.id} at ${record.url}, not at ${newcomer.url}; let it leave first`, {
      refusal: 'other-url',
    });
  const { url, service, bootId, session } = newcomer;
  if (!sameBoot) return bootedAnew(record, newcomer, view, commitId);
  if (record.session === session) return nothing('already joined');
  return commit('session', {
    expect: [unchanged(record)],
    writes: [{ kind: 'put-node', node: { ...draftWithout(record), url, service, bootId, session } }],
  });
};

const bootedAnew = (record: NodeRecord, newcomer: Newcomer, view: PoolView, commitId: string): Decision => {
  const { url, service, bootId, session } = newcomer;
  const identity = { url, service, bootId, session };
  if (record.state === 'held' || record.state === 'quarantined' || !isActedOn(record))
    return commit('booted', {
      expect: [unchanged(record)],
      writes: [{ kind: 'put-node', node: { ...draftWithout(record), ...identity } }],
    });
  const proven = record.state === 'rebooting';
  const because = proven ? 'rebooted: the boot id has changed' : `booted anew while ${record.state}`;
  const node: NodeDraft = {
    ...draftWithout(record, 'drain', 'purpose', 'stepDeadlineMs', 'owner'),
    ...identity,
    ...entering(view, 'checking', because),
    ...(proven ? { remedy: 'reboot' } : {}),
  };
  const detail = { bootIdBefore: record.bootId, bootIdAfter: bootId, awayMs: view.nowMs - record.sinceMs };
  return commit(proven ? 'rebooted' : 'booted', {
    expect: [unchanged(record)],
    writes: [{ kind: 'put-node', node }, ...told(record, { step: 'rebooted', because, detail })],
    notices: noticesOf(commitId, record, {
      kind: proven ? 'rebooted' : 'booted',
      urgency: 'info',
      text: `${record.id} is back from its ${proven ? 'reboot' : 'boot'} after ${formatMs(detail.awayMs)}, with a new boot id.`,
      detail,
    }),
  });
};

/** States of another version are out of rotation and are not acted on. */
const isActedOn = ({ state }: NodeRecord): boolean =>
  ['checking', 'serving', 'draining', 'rebooting', 'lost', 'left'].includes(state);

const alsoForget = (owner: NodeRecord, decision: Decision): Decision => {
  if (decision.kind === 'nothing') return decision;
  const expect: readonly Expectation[] = [unchanged(owner), ...decision.draft.expect];
  const writes = [{ kind: 'remove-node', node: owner.id } as const, ...decision.draft.writes];
  return { kind: 'commit', draft: { ...decision.draft, expect, writes } };
};
