/*
 * A node that is not well goes out, until a human has looked.
 *
 * INVARIANTS
 * - Quarantine is guarded, and its commit expects that who serves is as the guard has seen it: not where fewer than minServing serve, nor where the agent only observes.
 * - A quarantined node keeps its incident: the page that it raised is over only once a human, or another remedy, has ended
 *   that.
 * - Where a controller could do more, the record says what: the remedy that is wanted, and the finding it is for.
 */
import type { Expectation } from '../../../pool/commit.ts';
import type { Decision } from '../../../pool/decision.ts';
import type { Policy } from '../../../pool/policy.ts';
import type { NodeRecord, Remedy } from '../../../pool/record.ts';
import type { PoolView } from '../../../pool/view.ts';
import type { Evidence } from '../ports/evidence.ts';
import type { CheckResult } from '../ports/probe.ts';
import { census } from '../treatment/census.ts';
import { checkEntries, checkNotices } from './checks-told.ts';
import { commit, draftWithout, entering, enteringHold, noticesOf, told, unchanged } from './draft.ts';
import { evidenceEntries, evidenceNotices } from './evidence-told.ts';
import type { Own } from './own.ts';

export interface Failed extends Own {
  readonly policy: Policy;
  readonly mode: 'observe' | 'act';
  /** For how long the pool was read without a break. */
  readonly watchedMs: number;
  /** What failed, in words. */
  readonly because: string;
  /** Of the last try; empty where it never came to checks. */
  readonly results: readonly CheckResult[];
}

/** Why a failing node is not quarantined; undefined where nothing stands against it. */
export const obstacleTo = (
  { policy, mode, watchedMs }: Pick<Failed, 'policy' | 'mode' | 'watchedMs'>,
  view: PoolView,
): string | undefined => {
  if (mode === 'observe') return 'agent.mode is observe';
  const serving = census(view, policy, watchedMs).serving.length;
  return serving < Math.max(policy.limits.minServing, 1) ? `only ${serving} nodes serve` : undefined;
};

export interface ShutOut extends Pick<Failed, 'because' | 'results'> {
  /** The remedy that would be next, by a controller's hand. */
  readonly wants?: Remedy | undefined;
  readonly evidence?: Evidence | undefined;
}

/** What a record tells of a treatment, and is over with it. */
export const ofTheTreatment = [
  ...(['owner', 'stepDeadlineMs', 'incident', 'drain', 'purpose', 'drained', 'restarting'] as const),
  ...(['remedy', 'wants', 'call', 'servingSinceMs', 'holdBecause'] as const),
] as const;

export const shutOut = (
  state: 'quarantined' | 'held',
  { because, results, wants, evidence }: ShutOut,
  record: NodeRecord,
  view: PoolView,
  commitId: string,
): Decision => {
  const asked = state === 'held' ? undefined : wants;
  const left = draftWithout(record, ...ofTheTreatment, ...(asked === undefined ? (['finding'] as const) : []));
  const story = state === 'held' ? record : { ...record, incident: record.incident ?? `inc-${commitId}` };
  return commit(state, {
    expect: [unchanged(record), ...(state === 'quarantined' ? [whoServes(view)] : [])],
    writes: [
      ...told(story, ...checkEntries(results), ...evidenceEntries(evidence)),
      {
        kind: 'put-node',
        node: {
          ...left,
          ...(state === 'held' ? enteringHold(view, record, because) : entering(view, state, because)),
          ...(asked === undefined ? {} : { wants: asked }),
          ...(state === 'held' ? {} : { incident: story.incident }),
        },
      },
      ...told(story, { step: state, because, outcome: state, ...(asked === undefined ? {} : { detail: { wants } }) }),
    ],
    notices: [
      ...checkNotices(story, results, commitId),
      ...noticesOf(commitId, story, ...evidenceNotices(record.id, evidence), {
        kind: state,
        urgency: state === 'held' ? 'warning' : 'page',
        text: textOf(state, because, record, asked),
        detail: { because, ...(asked === undefined ? {} : { wants: asked, next: nextOf(record, asked) }) },
      }),
    ],
    durable: true,
  });
};

/** Of several that go out at once each is judged by a view that knows of those before. */
const whoServes = ({ admissionVersion }: PoolView): Expectation => ({ kind: 'admission', admissionVersion });

/** What comes next where it is not only a human's turn. */
const nextOf = ({ id }: NodeRecord, asked: Remedy): string =>
  `a controller may try ${asked}; else a human: monkey readmit ${id}`;

const textOf = (
  state: 'quarantined' | 'held',
  because: string,
  record: NodeRecord,
  asked: Remedy | undefined,
): string => {
  const { id, heldBy = 'a human' } = record;
  const readmit = `When it is well: monkey readmit ${id}`;
  if (state === 'held') return `${id} is not well (${because}) and is held by ${heldBy}. ${readmit}`;
  return asked === undefined
    ? `${id} is quarantined and waits for a human: ${because}. ${readmit}`
    : `${id} is quarantined: ${because}. Next, ${nextOf(record, asked)}`;
};
