import type { Expectation, NodeDraft, Write } from '../../../pool/commit.ts';
import type { CommitDraft } from '../../../pool/decision.ts';
import type { Notice } from '../../../pool/notice.ts';
import { type NodeRecord, tokenOf } from '../../../pool/record.ts';
import { type NoticeDraft, type SilenceStep, type Story, wholePool } from './step.ts';

export interface Leading {
  /** The fencing token of the lease under which this was judged. */
  readonly token: string;
  readonly nowMs: number;
}

/** The commit that carries a step out. Each expects the leader's token, so that who led before writes nothing. */
export const draftOf = (
  step: Exclude<SilenceStep, { kind: 'ask' }>,
  { token, nowMs }: Leading,
  commitId: string,
): CommitDraft => {
  const leader: Expectation = { kind: 'leader', token };
  switch (step.kind) {
    case 'tell':
      return { what: step.story.step, expect: [leader], ...told(step.story, commitId), durable: false };
    case 'lose': {
      const { writes, notices } = told(step.story, commitId);
      const admission: Expectation = { kind: 'admission', admissionVersion: step.admissionVersion };
      const node: Write = { kind: 'put-node', node: { ...out(step.node, step.story, nowMs), state: 'lost' } };
      const expect = [leader, unchanged(step.node), admission, { kind: 'lever-free' } as const];
      return { what: 'lost', expect, writes: [node, ...writes], notices, durable: true };
    }
    case 'quarantine': {
      const { writes, notices } = told(step.story, commitId);
      const node: Write = { kind: 'put-node', node: { ...out(step.node, step.story, nowMs), state: 'quarantined' } };
      return {
        what: 'quarantined',
        expect: [leader, unchanged(step.node)],
        writes: [node, ...writes],
        notices,
        durable: true,
      };
    }
    case 'forget-router': {
      const notices = [{ ...step.notice, id: `${commitId}.0` }];
      const writes: readonly Write[] = [{ kind: 'forget-router', router: step.router }];
      return { what: 'router-forgotten', expect: [leader], writes, notices, durable: false };
    }
  }
};

const unchanged = (node: NodeRecord): Expectation => ({ kind: 'node', node: node.id, token: tokenOf(node) });

/** The record of a node that goes out of service now; nobody owns a step of it, and it keeps its story's incident. */
const out = (node: NodeRecord, { because, incident }: Story, nowMs: number): NodeDraft => {
  const { version: _version, commit: _commit, owner: _owner, stepDeadlineMs: _deadline, ...kept } = node;
  const { drain: _drain, purpose: _purpose, servingSinceMs: _serving, ...rest } = kept;
  return { ...rest, because, incident, sinceMs: nowMs };
};

const told = (story: Story, commitId: string): Pick<CommitDraft, 'writes' | 'notices'> => {
  const { incident, node, step, because, outcome } = story;
  const entry = { step, because, ...(outcome === undefined ? {} : { outcome }) };
  const ofNode = node === wholePool ? {} : { node };
  const notice = (draft: NoticeDraft, index: number): Notice => ({
    ...draft,
    id: `${commitId}.${index}`,
    incident,
    ...ofNode,
  });
  return { writes: [{ kind: 'incident', incident, node, entry }], notices: story.notices.map(notice) };
};
