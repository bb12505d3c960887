import type { Expectation, Write } from '../../../pool/commit.ts';
import type { CommitDraft } from '../../../pool/decision.ts';
import type { Notice } from '../../../pool/notice.ts';
import type { PoolView } from '../../../pool/view.ts';
import { draftWithout, entering, enteringHold, unchanged } from '../life/draft.ts';
import { type Caller, called } from '../rescue/draft.ts';
import { type NoticeDraft, type SilenceStep, type Story, wholePool } from './step.ts';

/**
 * The commit that carries a step out. Each expects the fencing token of the lease under which it was judged, so that
 * who led before writes nothing.
 */
export const draftOf = (
  step: Exclude<SilenceStep, { kind: 'ask' | 'look' }>,
  by: Caller & { readonly leaderToken: string },
  view: PoolView,
  commitId: string,
): CommitDraft => {
  const leader: Expectation = { kind: 'leader', token: by.leaderToken };
  switch (step.kind) {
    case 'tell':
      return { what: step.story.step, expect: [leader], ...told(step.story, commitId), durable: false };
    case 'lose':
      return lost(step, leader, view, commitId);
    case 'shut-out':
      return shutOut(step, leader, view, commitId);
    case 'call': {
      const { writes, notices } = told(step.story, commitId);
      const intent = called(step, by, leader, view);
      return {
        what: step.story.step,
        expect: intent.expect,
        writes: [...intent.writes, ...writes],
        notices,
        durable: true,
      };
    }
    case 'settle':
      return settled(step, leader, commitId);
    case 'remove': {
      const { writes, notices } = told(step.story, commitId);
      const all: readonly Write[] = [{ kind: 'remove-node', node: step.node.id }, ...writes];
      return { what: 'gone', expect: [leader, unchanged(step.node)], writes: all, notices, durable: true };
    }
    case 'forget-router': {
      const notices = [{ ...step.notice, id: `${commitId}.0` }];
      const writes: readonly Write[] = [{ kind: 'forget-router', router: step.router }];
      return { what: 'router-forgotten', expect: [leader], writes, notices, durable: false };
    }
  }
};

type Of<K extends SilenceStep['kind']> = Extract<SilenceStep, { kind: K }>;

/** Waits for whom it waited for, and owes nothing. */
const settled = ({ node, story }: Of<'settle'>, leader: Expectation, commitId: string): CommitDraft => {
  const { writes, notices } = told(story, commitId);
  const record = draftWithout(node, 'call', 'owner', 'stepDeadlineMs');
  const all: readonly Write[] = [{ kind: 'put-node', node: record }, ...writes];
  return { what: story.step, expect: [leader, unchanged(node)], writes: all, notices, durable: true };
};

/** The record keeps the incident: the agent goes on with it when it beats again. */
const lost = ({ node, story }: Of<'lose'>, leader: Expectation, view: PoolView, commitId: string): CommitDraft => {
  const { writes, notices } = told(story, commitId);
  const left = draftWithout(node, 'drain', 'purpose', 'owner', 'stepDeadlineMs', 'finding', 'remedy', 'servingSinceMs');
  const record = { ...left, ...entering(view, 'lost', story.because), incident: story.incident };
  const admission: Expectation = { kind: 'admission', admissionVersion: view.admissionVersion };
  const expect = [leader, unchanged(node), admission, { kind: 'lever-free' } as const];
  return { what: 'lost', expect, writes: [{ kind: 'put-node', node: record }, ...writes], notices, durable: true };
};

const transient = [
  ...([
    'drain',
    'purpose',
    'drained',
    'restarting',
    'owner',
    'stepDeadlineMs',
    'finding',
    'remedy',
    'call',
    'wants',
    'incident',
    'servingSinceMs',
    'holdBecause',
  ] as const),
];

/**
 * A hold stays in the record: who is held goes on being held, also where it has left. So does the incident of a
 * quarantine: what it called a human for is over once that one has ended it.
 */
const shutOut = (
  { node, as, call, story }: Of<'shut-out'>,
  leader: Expectation,
  view: PoolView,
  commitId: string,
): CommitDraft => {
  const { writes, notices } = told(story, commitId);
  const left = draftWithout(node, ...transient);
  const kept = {
    ...(as === 'quarantined' ? { incident: story.incident } : {}),
    ...(call === undefined ? {} : { call }),
  };
  const state = as === 'held' ? enteringHold(view, node, story.because) : entering(view, as, story.because);
  const record = { ...left, ...state, ...kept };
  const all: readonly Write[] = [{ kind: 'put-node', node: record }, ...writes];
  // Whether the pool can do without it was judged by who served then.
  const admission: Expectation = { kind: 'admission', admissionVersion: view.admissionVersion };
  const expect = [leader, unchanged(node), ...(as === 'quarantined' ? [admission] : [])];
  return { what: as, expect, writes: all, notices, durable: true };
};

const told = (story: Story, commitId: string): Pick<CommitDraft, 'writes' | 'notices'> => {
  const { incident, node, step, because, detail, outcome } = story;
  const entry = {
    ...{ step, because },
    ...(detail === undefined ? {} : { detail }),
    ...(outcome === undefined ? {} : { outcome }),
  };
  const ofNode = node === wholePool ? {} : { node };
  const notice = (draft: NoticeDraft, index: number): Notice => ({
    ...draft,
    id: `${commitId}.${index}`,
    incident,
    ...ofNode,
  });
  return { writes: [{ kind: 'incident', incident, node, entry }], notices: story.notices.map(notice) };
};
