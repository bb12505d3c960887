/*
 * The intent to reboot.
 *
 * INVARIANTS
 * - It is committed before EC2 is called, on the node's own token and with the lever free.
 * - A node that a human holds, or that leaves, is never rebooted; nor is one that has booted anew already.
 * - A first intent takes over nobody's: what a controller has intended meanwhile is renewed only once its step's deadline
 *   has passed, and a stop and start never.
 */
import type { Decide, Decision } from '../../../pool/decision.ts';
import type { Policy } from '../../../pool/policy.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import type { PoolView } from '../../../pool/view.ts';
import type { Evidence } from '../ports/evidence.ts';
import { leverPulled } from '../treatment/lever.ts';
import { purposeOf } from '../treatment/purpose.ts';
import { foreignRemedy, withRemedy } from '../treatment/remedies.ts';
import { commit, draftWithout, entering, nothing, noticesOf, told, unchanged } from './draft.ts';
import { evidenceEntries, evidenceNotices } from './evidence-told.ts';
import { type Own, own } from './own.ts';

export interface Intent extends Own {
  readonly bootId: string;
  readonly policy: Policy;
  readonly because: string;
  readonly evidence?: Evidence;
  /** The first of a treatment, from `draining`; or its renewal, from `rebooting`. */
  readonly phase: 'first' | 'again';
}

/** EC2 is asked only on an intent. */
export const intend =
  (intent: Intent): Decide =>
  (view, commitId) => {
    const state = intent.phase === 'first' ? 'draining' : 'rebooting';
    const record = own(view, intent, state);
    if (record === undefined) return nothing(`not ${state}, or not in this session`);
    const refusal = refusalOf(record, intent, view) ?? anothersStep(record, view);
    if (refusal !== undefined) return nothing(refusal);
    return intent.phase === 'first'
      ? firstIntent(intent, record, view, commitId)
      : again(intent, record, view, commitId);
  };

const refusalOf = (record: NodeRecord, { bootId }: Intent, view: PoolView): string | undefined => {
  if (record.heldBy !== undefined) return `held by ${record.heldBy}`;
  if (record.state === 'draining' && purposeOf(record) !== 'treat') return 'not drained for a treatment';
  if (record.bootId !== bootId) return 'the boot id has changed: it has rebooted already';
  const pulled = leverPulled(view);
  return pulled === undefined ? undefined : `healing is paused by ${pulled.by}: ${pulled.because}`;
};

/** Why the reboot under way is not ours to ask for; undefined where it is. */
const anothersStep = (record: NodeRecord, view: PoolView): string | undefined => {
  const { id, state, owner = `agent:${id}`, stepDeadlineMs, call } = record;
  if (state !== 'rebooting') return undefined;
  const foreign = foreignRemedy(record);
  if (call !== undefined) return `${owner} stops and starts it`;
  if (foreign !== undefined) return `${foreign} is under way, a remedy of another version`;
  const isAnothers = owner !== `agent:${id}` && (stepDeadlineMs ?? view.nowMs) >= view.nowMs;
  return isAnothers ? `${owner} has asked for its reboot` : undefined;
};

const expectationsOf = (record: NodeRecord) => [unchanged(record), { kind: 'lever-free' }] as const;

const rebooting = ({ policy, because }: Intent, record: NodeRecord, view: PoolView) => ({
  ...draftWithout(record, 'drain', 'purpose', 'drained', 'restarting', 'remedy', 'call', 'wants'),
  because,
  owner: `agent:${record.id}` as const,
  stepDeadlineMs: view.nowMs + policy.reboot.settle,
});

/** The intent of a record that was found fit for it. */
export const firstIntent = (intent: Intent, record: NodeRecord, view: PoolView, commitId: string): Decision => {
  const { because, evidence } = intent;
  const treatment = { remedy: 'reboot', finding: record.finding ?? 'cpu' };
  const detail = { bootId: record.bootId, ...treatment };
  return commit('rebooting', {
    expect: expectationsOf(record),
    writes: [
      {
        kind: 'put-node',
        node: {
          ...rebooting(intent, record, view),
          ...entering(view, 'rebooting', because),
          remedies: withRemedy(record, 'reboot', view.nowMs),
        },
      },
      ...told(record, ...evidenceEntries(evidence), { step: 'rebooting', because, detail }),
    ],
    notices: noticesOf(commitId, record, ...evidenceNotices(record.id, evidence), {
      kind: 'rebooting',
      urgency: 'info',
      text: `${record.id} is being rebooted: ${because}.`,
      detail: { ...treatment, because },
    }),
    durable: true,
  });
};

/** Why it has to be asked again is told to people once per cause. */
const again = (intent: Intent, record: NodeRecord, view: PoolView, commitId: string): Decision => {
  const { because } = intent;
  return commit('intended-again', {
    expect: expectationsOf(record),
    writes: [
      { kind: 'put-node', node: rebooting(intent, record, view) },
      ...told(record, { step: 'rebooting', because, detail: { bootId: record.bootId } }),
    ],
    notices:
      because === record.because
        ? []
        : noticesOf(commitId, record, {
            kind: 'not-rebooted',
            urgency: 'warning',
            text: `${record.id} is not rebooted yet: ${because}.`,
            detail: { because },
          }),
    durable: true,
  });
};
