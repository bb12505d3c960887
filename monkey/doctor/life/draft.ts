import type { Expectation, IncidentEntry, NodeDraft, Write } from '../../../pool/commit.ts';
import type { CommitDraft, Decision } from '../../../pool/decision.ts';
import type { Notice } from '../../../pool/notice.ts';
import { type NodeRecord, type NodeState, tokenOf } from '../../../pool/record.ts';
import type { PoolView } from '../../../pool/view.ts';

type Optional =
  | 'owner'
  | 'stepDeadlineMs'
  | 'incident'
  | 'drain'
  | 'purpose'
  | 'drained'
  | 'restarting'
  | 'finding'
  | 'remedy'
  | 'call'
  | 'wants'
  | 'heldBy'
  | 'holdBecause'
  | 'busy'
  | 'servingSinceMs';

/** The order of a treatment goes with what the treatment is for. */
const withFinding: readonly string[] = ['orderedBy', 'forced', 'quarantinedFor'];

/** That a reboot waits goes with the drain in which it does. */
const withDrain: readonly string[] = ['rebootWaits'];

/** The reason of a hold goes with the hold. */
const withHold: readonly string[] = ['holdBecause'];

/** The record without the store's stamps and without the fields named: what a next record is made from. */
export const draftWithout = (node: NodeRecord, ...without: readonly Optional[]): NodeDraft => {
  const stamps = ['version', 'commit'];
  const gone: readonly string[] = [
    ...[...stamps, ...without],
    ...(without.includes('finding') ? withFinding : []),
    ...(without.includes('drain') ? withDrain : []),
    ...(without.includes('heldBy') ? withHold : []),
  ];
  return Object.fromEntries(Object.entries(node).filter(([key]) => !gone.includes(key))) as unknown as NodeDraft;
};

/** Enters a state now. */
export const entering = (view: PoolView, state: NodeState, because: string) => ({
  state,
  because,
  sinceMs: view.nowMs,
});

/** Enters `held` at the end of what ran, for the reason that was given when the hold was ordered. */
export const enteringHold = (view: PoolView, { holdBecause }: Pick<NodeRecord, 'holdBecause'>, because: string) =>
  entering(view, 'held', holdBecause === undefined ? because : `${holdBecause}; ${because}`);

/** The node has not been touched since it was read. */
export const unchanged = (node: NodeRecord): Expectation => ({ kind: 'node', node: node.id, token: tokenOf(node) });

export const commit = (
  what: string,
  parts: Partial<Pick<CommitDraft, 'expect' | 'writes' | 'notices' | 'durable'>>,
): Decision => ({
  kind: 'commit',
  draft: {
    what,
    expect: parts.expect ?? [],
    writes: parts.writes ?? [],
    notices: parts.notices ?? [],
    durable: parts.durable ?? false,
  },
});

export const nothing = (because: string, detail?: Readonly<Record<string, unknown>>): Decision =>
  detail === undefined ? { kind: 'nothing', because } : { kind: 'nothing', because, detail };

/** Incident entries of a node, or none where there is no incident to tell them to. */
export const told = (
  node: Pick<NodeRecord, 'id' | 'incident'>,
  ...entries: readonly IncidentEntry[]
): readonly Write[] => {
  const { id, incident } = node;
  return incident === undefined ? [] : entries.map((entry) => ({ kind: 'incident', incident, node: id, entry }));
};

/** Notices of one node; their ids come from the commit's, so that each is unique and none is told twice. */
export const noticesOf = (
  commitId: string,
  node: Pick<NodeRecord, 'id' | 'incident' | 'url' | 'service'>,
  ...notices: readonly Omit<Notice, 'id' | 'node' | 'incident'>[]
): readonly Notice[] =>
  notices.map((notice, index) => ({
    ...notice,
    id: `${commitId}.${String(index)}`,
    node: node.id,
    detail: { url: node.url, service: node.service, ...notice.detail },
    ...(node.incident === undefined ? {} : { incident: node.incident }),
  }));
