/*
 * The restart of the service: its intent, and what it came to.
 *
 * INVARIANTS
 * - It is intended before it is begun, on the node's own token and with the lever free; the node stays `draining`.
 * - A node that a human holds, or that leaves, is left alone.
 * - What follows a restart is checks; they, and not its own word, say whether it has cured.
 */
import type { Decide } from '../../../pool/decision.ts';
import type { Policy } from '../../../pool/policy.ts';
import type { Evidence } from '../ports/evidence.ts';
import type { Restarted } from '../ports/service.ts';
import { leverPulled } from '../treatment/lever.ts';
import { purposeOf } from '../treatment/purpose.ts';
import { withRemedy } from '../treatment/remedies.ts';
import { stepSlackMs } from '../treatment/step-slack.ts';
import { commit, draftWithout, entering, nothing, noticesOf, told, unchanged } from './draft.ts';
import { evidenceEntries, evidenceNotices } from './evidence-told.ts';
import { type Own, own } from './own.ts';

export interface RestartIntent extends Own {
  readonly policy: Policy;
  readonly because: string;
  readonly evidence?: Evidence | undefined;
}

export const intendRestart =
  ({ policy, because, evidence, ...who }: RestartIntent): Decide =>
  (view, commitId) => {
    const record = own(view, who, 'draining');
    if (record?.drain === undefined) return nothing('no longer draining');
    if (purposeOf(record) !== 'treat') return nothing('a human wants it out');
    const pulled = leverPulled(view);
    if (pulled !== undefined) return nothing(`healing is paused by ${pulled.by}: ${pulled.because}`);
    const detail = { remedy: 'restart-service', finding: record.finding ?? 'cpu' };
    return commit('restarting', {
      expect: [unchanged(record), { kind: 'lever-free' }],
      writes: [
        {
          kind: 'put-node',
          node: {
            ...draftWithout(record),
            because,
            restarting: record.drain,
            remedies: withRemedy(record, 'restart-service', view.nowMs),
            owner: `agent:${record.id}`,
            stepDeadlineMs: view.nowMs + policy.restart.deadline + stepSlackMs,
          },
        },
        ...told(record, ...evidenceEntries(evidence), { step: 'restarting', because, detail }),
      ],
      notices: noticesOf(commitId, record, ...evidenceNotices(record.id, evidence), {
        kind: 'restarting',
        urgency: 'info',
        text: `The service of ${record.id} is being restarted: ${because}.`,
        detail: { ...detail, because },
      }),
      durable: true,
    });
  };

/** The same intent, for the process that goes on with it: nothing is told, and no remedy is counted, a second time. */
export const intendRestartAgain =
  ({ policy, ...who }: Omit<RestartIntent, 'because' | 'evidence'>): Decide =>
  (view) => {
    const record = own(view, who, 'draining');
    if (record?.drain === undefined || record.restarting !== record.drain) return nothing('no longer restarting');
    if (purposeOf(record) !== 'treat') return nothing('a human wants it out');
    const stepDeadlineMs = view.nowMs + policy.restart.deadline + stepSlackMs;
    return commit('restarting-on', {
      expect: [unchanged(record), { kind: 'lever-free' }],
      writes: [{ kind: 'put-node', node: { ...draftWithout(record), owner: `agent:${record.id}`, stepDeadlineMs } }],
      durable: true,
    });
  };

/** It was restarted, or nobody can say: it is checked. Only a proven restart counts as the remedy. */
export const tellRestarted =
  (who: Own, { kind, because }: Exclude<Restarted, { kind: 'failed' }>): Decide =>
  (view, commitId) => {
    const record = own(view, who, 'draining');
    if (record?.drain === undefined || record.restarting !== record.drain) return nothing('no longer restarting');
    const gone = ['drain', 'purpose', 'drained', 'restarting', 'owner', 'stepDeadlineMs', 'servingSinceMs'] as const;
    const proven = kind === 'restarted';
    const ms = Math.max(0, view.nowMs - (record.remedies?.at(-1)?.atMs ?? view.nowMs));
    const step = proven ? 'restarted' : 'restart-unproven';
    return commit(step, {
      expect: [unchanged(record)],
      writes: [
        {
          kind: 'put-node',
          node: {
            ...draftWithout(record, ...gone),
            ...entering(view, 'checking', because),
            ...(proven ? { remedy: 'restart-service' } : {}),
          },
        },
        ...told(record, { step, because, detail: { ms } }),
      ],
      notices: noticesOf(commitId, record, {
        kind: step,
        urgency: proven ? 'info' : 'warning',
        text: proven
          ? `The service of ${record.id} was restarted: ${because}.`
          : `Nobody can say whether the service of ${record.id} was restarted: ${because}.`,
        detail: { because, ms },
      }),
    });
  };
