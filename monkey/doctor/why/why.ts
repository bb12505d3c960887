/*
 * The whole decision on one node as it stands now, as data.
 *
 * INVARIANTS
 * - It is judged by the very guards that an agent asks, with what can be known from outside the node.
 * - It works whatever the pool is like: what is not known is null, and says so in words.
 * - All times are Redis TIME in milliseconds.
 */
import { defaultPolicy } from '../../../pool/policy.ts';
import type { NodeRecord, Remedy, UnknownRemedy } from '../../../pool/record.ts';
import type { PoolView } from '../../../pool/view.ts';
import { readBeat } from '../vitals/read-beat.ts';
import { toldBy } from '../vitals/told.ts';
import type { Beside, Case, FindingLine } from './case.ts';
import { type Conclusion, concludes } from './conclusion.ts';
import { type GuardLine, guardsNow } from './guards-now.ts';
import { type IncidentLine, incidentsOf } from './incidents-of.ts';
import { type NextStep, nextSteps } from './next.ts';
import { type FirstRemedy, remedyFirst } from './remedy-first.ts';
import { standingWarnings } from './standing-warnings.ts';
import { type Waiting, waitingFor } from './waiting.ts';

export interface Why {
  readonly node: string;
  readonly service: string;
  readonly url: string;
  readonly nowMs: number;
  readonly state: string;
  readonly sinceMs: number;
  /** Why it is in this state. */
  readonly because: string;
  /** Whether routers are told to send it requests. */
  readonly live: boolean;
  readonly weight: number;
  readonly owner: string | null;
  readonly heldBy: string | null;
  /** The human who ordered the treatment under way. */
  readonly orderedBy: string | null;
  readonly relapses: number;
  /** Treatments in a row that found it to be load. */
  readonly busy: number;
  /** The remedy that it waits for, quarantined, by the hand of a controller. */
  readonly wants: Remedy | UnknownRemedy | null;
  readonly lastTreatedMs: number | null;
  readonly beat: BeatLine;
  /** As its agent told them last; null: it told none. */
  readonly vitals: Readonly<Record<string, unknown>> | null;
  readonly finding: FindingLine;
  /** What a treatment would begin with. */
  readonly remedy: FirstRemedy;
  /** Every guard, as it would answer if the node were to be taken out now. */
  readonly guards: readonly GuardLine[];
  readonly conclusion: Conclusion;
  readonly waiting: Waiting | null;
  /** What happens next: what has a time first, in its order. */
  readonly next: readonly NextStep[];
  /** The incident under way. */
  readonly incident: string | null;
  /** The last ones of this node, the newest first. */
  readonly incidents: readonly IncidentLine[];
  /** What is wrong with the pool for as long as nobody changes it. */
  readonly warnings: readonly string[];
}

export interface BeatLine {
  readonly lastMs: number | null;
  readonly silent: boolean;
  /** Whether its agent treats or only reports; null: it has not told. */
  readonly mode: 'observe' | 'act' | null;
}

export const whyOf = (view: PoolView, node: NodeRecord, beside: Beside): Why => {
  const it = caseOf(view, node, beside);
  const finding = findingNow(it);
  const { remedy, asked } = remedyFirst(it);
  const guards = guardsNow(it, asked);
  const { id, service, url, state, sinceMs, because, weight, relapses } = node;
  return {
    ...{ node: id, service, url, nowMs: view.nowMs, state, sinceMs, because },
    ...{ live: view.live.includes(url), weight, owner: node.owner ?? null, heldBy: node.heldBy ?? null },
    orderedBy: node.orderedBy ?? null,
    ...{ busy: node.busy ?? 0, wants: node.wants ?? null },
    ...{ relapses, lastTreatedMs: node.treatmentTimes.at(-1) ?? null },
    beat: { lastMs: view.seen.get(id) ?? null, silent: it.silent, mode: it.told.mode ?? null },
    vitals: it.told.vitals ?? null,
    ...{ finding, remedy, guards },
    conclusion: concludes(it, finding, guards),
    waiting: waitingFor(it, finding, guards) ?? null,
    next: nextSteps(it, finding, guards),
    incident: node.incident ?? null,
    incidents: incidentsOf(node.id, beside.incidents),
    warnings: standingWarnings(view, it.policy),
  };
};

const caseOf = (view: PoolView, node: NodeRecord, beside: Beside): Case => {
  const policy = view.policy?.policy ?? defaultPolicy();
  const seenMs = view.seen.get(node.id);
  const silent = seenMs === undefined || view.nowMs - seenMs > policy.silence.after;
  return { ...beside, view, node, policy, silent, told: toldBy(view.beats.get(node.id)) };
};

/** What an agent said last is told as well, though it says nothing of the node now. */
const findingNow = ({ told, node, view, policy }: Case): FindingLine => {
  const unknown = (because: string): FindingLine => ({ kind: 'unknown', finding: null, because });
  const unread = view.garbage.find(({ key, field }) => key.endsWith(':vitals') && field === node.id);
  if (unread !== undefined) return unknown(`what its agent tells cannot be read: ${unread.because}`);
  const read = readBeat(view, node, policy);
  if (read.kind === 'told') {
    const { kind, finding, because } = read.finding;
    return { kind, finding: finding ?? null, because };
  }
  const last =
    told.finding === undefined ? '' : `; the last that was told: ${told.finding.kind}, ${told.finding.because}`;
  return unknown(`${read.because}${last}`);
};
