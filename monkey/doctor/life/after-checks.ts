/*
 * What follows the smoke checks, or a reboot that was not proven.
 *
 * INVARIANTS
 * - Nothing serves that has not passed its checks.
 * - Quarantine is guarded: where fewer than minServing serve, the node goes on being checked, and a human is paged.
 */
import type { CommitDraft, Decide } from '../../../pool/decision.ts';
import type { Policy } from '../../../pool/policy.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import type { PoolView } from '../../../pool/view.ts';
import type { CheckResult } from '../ports/probe.ts';
import { census } from '../treatment/census.ts';
import type { Own } from './after-drain.ts';
import { backToService } from './after-drain.ts';
import { commit, draftWithout, entering, nothing, noticesOf, told, unchanged } from './draft.ts';

const out = (view: PoolView, { node, session }: Own): NodeRecord | undefined => {
  const record = view.nodes.get(node);
  return record !== undefined &&
    (record.state === 'checking' || record.state === 'rebooting') &&
    record.session === session
    ? record
    : undefined;
};

/** All checks passed: into service, each check told in the incident's thread. */
export const passChecks =
  (who: Own, results: readonly CheckResult[]): Decide =>
  (view, commitId) => {
    const record = out(view, who);
    if (record?.state !== 'checking') return nothing('no longer being checked');
    if (results.length === 0 || results.some(({ ok }) => !ok)) return nothing('not all checks passed');
    const outcome = record.remedy === undefined ? 'returned' : 'healed';
    const draft = backToService(view, commitId, record, outcome, `all ${String(results.length)} checks passed`);
    return { kind: 'commit', draft: withChecks(draft, record, results, commitId) };
  };

/**
 * The checks failed until their deadline, or the reboot was not proven by its own: out, until a human has looked;
 * or, where too few serve without it, checked again.
 */
export const quarantine =
  (who: Own, policy: Policy, because: string, results: readonly CheckResult[] = []): Decide =>
  (view, commitId) => {
    const record = out(view, who);
    if (record === undefined) return nothing('neither being checked nor rebooting');
    const serving = census(view, policy).serving.length;
    const few = serving < Math.max(policy.limits.minServing, 1);
    const decision = few
      ? keepChecking(record, view, commitId, because, serving)
      : shutOut(record, view, commitId, because);
    return { kind: 'commit', draft: withChecks(decision, record, results, commitId) };
  };

const shutOut = (record: NodeRecord, view: PoolView, commitId: string, because: string): CommitDraft => ({
  what: 'quarantined',
  expect: [unchanged(record)],
  writes: [
    {
      kind: 'put-node',
      node: {
        ...draftWithout(record, 'owner', 'stepDeadlineMs', 'incident', 'remedy', 'servingSinceMs'),
        ...entering(view, 'quarantined', because),
      },
    },
    ...told(record, { step: 'quarantined', because, outcome: 'quarantined' }),
  ],
  notices: noticesOf(commitId, record, {
    kind: 'quarantined',
    urgency: 'page',
    text: `${record.id} is quarantined and waits for a human: ${because}. When it is well: monkey readmit ${record.id}`,
    detail: { because },
  }),
  durable: true,
});

const keepChecking = (
  record: NodeRecord,
  view: PoolView,
  commitId: string,
  because: string,
  serving: number,
): CommitDraft => {
  const state = entering(view, 'checking', `${because}; only ${String(serving)} nodes serve, so it is checked again`);
  const page = {
    kind: 'not-quarantined',
    urgency: 'page',
    text: `${record.id} fails (${because}), but only ${String(serving)} nodes serve: it is not quarantined and goes on being checked. Look at what all checks need.`,
    detail: { because, serving },
  } as const;
  // Paged once: from then on the reason in the record says that people know.
  const paged = record.state === 'checking' && record.because.endsWith('so it is checked again');
  return {
    what: 'checking-on',
    expect: [unchanged(record)],
    writes: [
      { kind: 'put-node', node: { ...draftWithout(record, 'stepDeadlineMs'), ...state } },
      ...told(record, { step: 'checking', because: state.because }),
    ],
    notices: paged ? [] : noticesOf(commitId, record, page),
    durable: false,
  };
};

/** Adds each check with its result, to the incident and as notices ahead of the rest. */
const withChecks = (
  draft: CommitDraft,
  record: NodeRecord,
  results: readonly CheckResult[],
  commitId: string,
): CommitDraft => {
  const entries = results.map(({ name, ok, detail, ms }) => ({
    step: 'check',
    because: `${name}: ${ok ? 'passed' : 'failed'}, ${detail}`,
    detail: { name, ok, detail, ms },
  }));
  const notices =
    record.incident === undefined && draft.what === 'serving' ? [] : checkNotices(record, results, `${commitId}.check`);
  return { ...draft, writes: [...told(record, ...entries), ...draft.writes], notices: [...notices, ...draft.notices] };
};

const checkNotices = (record: NodeRecord, results: readonly CheckResult[], idBase: string) =>
  noticesOf(
    idBase,
    record,
    ...results.map(
      ({ name, ok, detail, ms }) =>
        ({
          kind: 'check',
          urgency: ok ? 'info' : 'warning',
          text: `${ok ? '✓' : '✗'} ${name}: ${detail}`,
          detail: { name, ok, detail, ms },
        }) as const,
    ),
  );

/** A lost node whose agent beats again is checked like any other. */
export const comeBack =
  (who: Own): Decide =>
  (view, commitId) => {
    const record = view.nodes.get(who.node);
    if (record?.state !== 'lost' || record.session !== who.session) return nothing('not lost');
    const because = 'its agent beats again';
    return commit('found-again', {
      expect: [unchanged(record)],
      writes: [
        {
          kind: 'put-node',
          node: { ...draftWithout(record, 'owner', 'stepDeadlineMs'), ...entering(view, 'checking', because) },
        },
        ...told(record, { step: 'found-again', because }),
      ],
      notices: noticesOf(commitId, record, {
        kind: 'found-again',
        urgency: 'info',
        text: `${record.id} beats again and is being checked.`,
      }),
    });
  };
