import type { IncidentOutcome, NodeDraft } from '../../../pool/commit.ts';
import type { CommitDraft } from '../../../pool/decision.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import { formatMs } from '../../../pool/units.ts';
import type { PoolView } from '../../../pool/view.ts';
import { draftWithout, entering, enteringHold, noticesOf, told, unchanged } from './draft.ts';

export interface Return {
  readonly outcome: IncidentOutcome;
  readonly because: string;
  /** `warning`: it comes back as sick as it was. */
  readonly urgency?: 'info' | 'warning';
  /** How often in a row it was load by now. */
  readonly busy?: number;
  /** What else is told. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Serving again, with a slow start, or `held` where a human holds it by now; closes the incident. */
export const backToService = (
  view: PoolView,
  commitId: string,
  record: NodeRecord,
  { outcome, because, urgency = 'info', busy, detail: more }: Return,
): CommitDraft => {
  const { heldBy } = record;
  const kind = heldBy === undefined ? kindOf(record, outcome) : 'held';
  const outMs = outMsOf(record, view.nowMs);
  const detail = { because, ...(outMs === undefined ? {} : { outMs }), ...more };
  const again = outMs === undefined ? '' : ` again after ${formatMs(outMs)}`;
  const text =
    heldBy === undefined
      ? `${record.id} serves${again}`
      : `${record.id} is well again and stays out, held by ${heldBy}`;
  return {
    what: kind,
    expect: [unchanged(record)],
    writes: [
      {
        kind: 'put-node',
        node: { ...returned(record, view, outcome, because), ...(busy === undefined ? {} : { busy }) },
      },
      ...told(record, { step: kind, because, outcome: heldBy === undefined ? outcome : 'held', detail }),
    ],
    notices: noticesOf(commitId, record, {
      kind,
      urgency,
      text: `${text}: ${because}.`,
      detail,
    }),
    durable: false,
  };
};

const kindOf = ({ incident }: NodeRecord, outcome: IncidentOutcome): string => {
  if (incident === undefined) return 'serving';
  return outcome === 'healed' ? 'back' : outcome;
};

const outMsOf = ({ incident, treatmentTimes }: NodeRecord, nowMs: number): number | undefined => {
  const openedMs = incident === undefined ? undefined : treatmentTimes.at(-1);
  return openedMs === undefined ? undefined : nowMs - openedMs;
};

const returned = (record: NodeRecord, view: PoolView, outcome: IncidentOutcome, because: string): NodeDraft => {
  const rest = draftWithout(
    record,
    'holdBecause',
    ...([
      'drain',
      'purpose',
      'drained',
      'restarting',
      'owner',
      'stepDeadlineMs',
      'incident',
      'finding',
      'remedy',
      'call',
      'wants',
      'servingSinceMs',
    ] as const),
    // It was sickness: what was load before says nothing any more.
    ...(outcome === 'healed' ? (['busy'] as const) : []),
  );
  return record.heldBy === undefined
    ? { ...rest, ...entering(view, 'serving', because), servingSinceMs: view.nowMs }
    : { ...rest, ...enteringHold(view, record, because) };
};
