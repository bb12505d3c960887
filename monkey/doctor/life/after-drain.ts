/*
 * What follows a drain that does not end in a remedy: the way back, or out by a human's or the machine's wish.
 *
 * INVARIANTS
 * - That a drain has ended is told once, however often the agent starts anew.
 * - A machine gives back only what a machine took out: who is held or leaves goes out, and who was quarantined when its
 *   reboot was ordered is quarantined again.
 */
import type { Decide } from '../../../pool/decision.ts';
import { defaultPolicy, type Policy } from '../../../pool/policy.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import { formatMs } from '../../../pool/units.ts';
import type { PoolView } from '../../../pool/view.ts';
import type { Evidence } from '../ports/evidence.ts';
import { calmMsOf } from '../treatment/calm.ts';
import { waitOf } from '../treatment/guards/cooldown.ts';
import { purposeOf } from '../treatment/purpose.ts';
import { stepSlackMs } from '../treatment/step-slack.ts';
import { backToService, type Return } from './back-to-service.ts';
import { commit, draftWithout, entering, nothing, noticesOf, told, unchanged } from './draft.ts';
import { evidenceEntries, evidenceNotices } from './evidence-told.ts';
import { type Own, own } from './own.ts';
import { isUncured, quarantinedAgain } from './quarantined-again.ts';

/** Says in the record, the incident and to people that the routers have let go of a node under treatment. */
export const tellDrained =
  (who: Own & { readonly policy: Policy }, because: string): Decide =>
  (view, commitId) => {
    const record = own(view, who, 'draining');
    if (record?.drain === undefined) return nothing('no longer draining');
    if (record.drained === record.drain) return nothing('told already');
    const ms = Math.max(0, view.nowMs - record.sinceMs);
    return commit('drained', {
      expect: [unchanged(record)],
      writes: [
        {
          kind: 'put-node',
          node: {
            ...draftWithout(record),
            drained: record.drain,
            stepDeadlineMs: view.nowMs + calmMsOf(record.finding ?? 'cpu', who.policy) + stepSlackMs,
          },
        },
        ...told(record, { step: 'drained', because, detail: { ms } }),
      ],
      notices: noticesOf(commitId, record, {
        kind: 'drained',
        urgency: 'info',
        text: `${record.id} is drained after ${formatMs(ms)}: ${because}.`,
        detail: { ms, because },
      }),
    });
  };

export interface GivenBack {
  /** `busy`: it was load. `returned`: it is needed, or must not be treated. */
  readonly outcome: 'busy' | 'returned';
  readonly because: string;
  readonly evidence?: Evidence | undefined;
}

/** Gives a drained node back to service without a remedy. */
export const giveBack =
  (who: Own, { outcome, because, evidence }: GivenBack): Decide =>
  (view, commitId) => {
    const record = own(view, who, 'draining');
    if (record === undefined) return nothing('no longer draining');
    if (purposeOf(record) !== 'treat') return nothing('a human wants it out');
    if (isUncured(record)) return quarantinedAgain(record, { because, evidence, results: [] }, view, commitId);
    const draft = backToService(view, commitId, record, returnOf(record, view, { outcome, because }));
    return {
      kind: 'commit',
      draft: {
        ...draft,
        writes: [...told(record, ...evidenceEntries(evidence)), ...draft.writes],
        notices: [
          ...noticesOf(`${commitId}.evidence`, record, ...evidenceNotices(record.id, evidence)),
          ...draft.notices,
        ],
      },
    };
  };

/** That it was load is counted: a node that is only busy is drained ever less often. */
const returnOf = (record: NodeRecord, view: PoolView, { outcome, because }: Omit<GivenBack, 'evidence'>): Return => {
  if (outcome !== 'busy') return { outcome, because, urgency: 'warning' };
  const busy = (record.busy ?? 0) + 1;
  const waitMs = waitOf({ ...record, busy }, view.policy?.policy ?? defaultPolicy());
  const times = busy === 1 ? '' : `, ${busy} times in a row`;
  const alone = `${because}${times}; it is left alone for ${formatMs(waitMs)} from when it was taken out`;
  return { outcome, because: alone, busy, detail: { busy, waitMs } };
};

/** Its checks fail, so it is not given back: it is checked until it passes or is shut out, and the incident goes on. */
export const checkInstead =
  (who: Own, { because, evidence }: Omit<GivenBack, 'outcome'>): Decide =>
  (view, commitId) => {
    const record = own(view, who, 'draining');
    if (record === undefined) return nothing('no longer draining');
    if (purposeOf(record) !== 'treat') return nothing('a human wants it out');
    if (isUncured(record)) return quarantinedAgain(record, { because, evidence, results: [] }, view, commitId);
    const gone = ['drain', 'purpose', 'drained', 'restarting', 'owner', 'stepDeadlineMs', 'servingSinceMs'] as const;
    return commit('checking', {
      expect: [unchanged(record)],
      writes: [
        { kind: 'put-node', node: { ...draftWithout(record, ...gone), ...entering(view, 'checking', because) } },
        ...told(record, ...evidenceEntries(evidence), { step: 'checking', because }),
      ],
      notices: noticesOf(commitId, record, ...evidenceNotices(record.id, evidence), {
        kind: 'checking',
        urgency: 'warning',
        text: `${record.id} is not given back yet: ${because}.`,
        detail: { because },
      }),
    });
  };

/** Ends a drain that a human asked for (`held`) or a farewell (`left`); the record goes on saying why. */
export const endDrain =
  (who: Own, because: string): Decide =>
  (view, commitId) => {
    const record = own(view, who, 'draining');
    if (record === undefined) return nothing('no longer draining');
    const purpose = purposeOf(record);
    if (purpose === 'treat') return nothing('drained for a treatment');
    const state = purpose === 'leave' ? 'left' : 'held';
    const gone = [
      'drain',
      'purpose',
      'drained',
      'restarting',
      'owner',
      'stepDeadlineMs',
      'incident',
      'servingSinceMs',
      'holdBecause',
    ] as const;
    const reason = state === 'held' ? (record.holdBecause ?? record.because) : record.because;
    return commit(state, {
      expect: [unchanged(record)],
      writes: [
        { kind: 'put-node', node: { ...draftWithout(record, ...gone), ...entering(view, state, reason) } },
        ...told(record, { step: state, because, outcome: state }),
      ],
      notices: noticesOf(commitId, record, {
        kind: state,
        urgency: 'info',
        text: `${record.id} is out of the pool (${state}): ${reason}; ${because}.`,
        detail: { because },
      }),
    });
  };
