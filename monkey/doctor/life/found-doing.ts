/*
 * What a node was found doing goes into its record with the commit that follows from it, and people are told once that it
 * is the code.
 *
 * INVARIANTS
 * - Only what a remedy follows on, or quarantine: what a node does that was only busy is its work. And only where CPU is
 *   what it is sick of: otherwise its work is all that a profile shows.
 * - That it is the code is told by one commit within the window: its record says so.
 */
import type { Write } from '../../../pool/commit.ts';
import type { Decision } from '../../../pool/decision.ts';
import type { Policy } from '../../../pool/policy.ts';
import type { FoundDoing, NodeRecord } from '../../../pool/record.ts';
import { formatMs } from '../../../pool/units.ts';
import type { PoolView } from '../../../pool/view.ts';
import type { Evidence } from '../ports/evidence.ts';
import { type FoundAlike, foundAlike, isJudgedByDoing } from '../treatment/found-doing.ts';
import { noticesOf } from './draft.ts';

/** The same decision; the record that it writes of this node remembers what the node was found doing. */
export const rememberDoing = (
  decision: Decision,
  node: string,
  evidence: Evidence | undefined,
  view: PoolView,
): Decision => {
  const record = view.nodes.get(node);
  const found = record === undefined ? undefined : doingIn(evidence, record, view);
  return found === undefined ? decision : withDoing(decision, node, found);
};

/** The same decision; where so many nodes do the same that it is the code, and nobody has been told yet, it tells. */
export const tellItIsTheCode = (
  decision: Decision,
  record: NodeRecord,
  {
    evidence,
    policy,
    view,
    commitId,
  }: {
    readonly evidence?: Evidence | undefined;
    readonly policy: Policy;
    readonly view: PoolView;
    readonly commitId: string;
  },
): Decision => {
  const found = doingIn(evidence, record, view);
  if (decision.kind === 'nothing' || found === undefined) return decision;
  const { nodes: limit, within } = policy.limits.fingerprint;
  const alike = foundAlike(view, found.print, within);
  const all = [...alike.filter(({ id }) => id !== record.id), { ...found, id: record.id }];
  if (all.length < limit || alike.some(({ told }) => told === true)) return decision;
  const told = withDoing(decision, record.id, { ...found, told: true });
  if (told.kind === 'nothing') return told;
  const notices = noticesOf(`${commitId}.code`, record, {
    kind: 'same-code',
    urgency: 'warning',
    text: `It is the code, not ${record.id}: ${found.frame} is hottest on ${all.length} sick nodes within ${formatMs(within)} (${namesOf(all)}). As many as limits.out allows are quarantined as they are, for you to look at; others are rebooted. ${deployWords(all)}`,
    detail: { frame: found.frame, print: found.print, nodes: all.map(({ id }) => id).slice(0, namesMost) },
  });
  return { kind: 'commit', draft: { ...told.draft, notices: [...told.draft.notices, ...notices] } };
};

const doingIn = (evidence: Evidence | undefined, record: NodeRecord, { nowMs }: PoolView): FoundDoing | undefined => {
  const print = evidence?.profile?.fingerprint;
  if (print === undefined || !isJudgedByDoing(record)) return undefined;
  const { incident } = record;
  return {
    ...{ ...print, atMs: nowMs },
    ...(incident === undefined ? {} : { incident }),
    ...(evidence?.deploy === undefined ? {} : { deploy: evidence.deploy }),
  };
};

const withDoing = (decision: Decision, node: string, fingerprint: FoundDoing): Decision => {
  if (decision.kind === 'nothing') return decision;
  const writes = decision.draft.writes.map(
    (write): Write =>
      write.kind === 'put-node' && write.node.id === node ? { ...write, node: { ...write.node, fingerprint } } : write,
  );
  return { kind: 'commit', draft: { ...decision.draft, writes } };
};

const namesMost = 10;
const namesOf = (all: readonly FoundAlike[]): string => {
  const names = all.slice(0, namesMost).map(({ id }) => id);
  return `${names.join(', ')}${all.length > namesMost ? ` and ${all.length - namesMost} more` : ''}`;
};

/** The first that was found tells what it began with. */
const deployWords = (all: readonly FoundAlike[]): string => {
  const [first] = all;
  return first?.deploy === undefined
    ? 'No deploy is known that it began with.'
    : `It began with deploy ${first.deploy}, first seen on ${first.id}.`;
};
