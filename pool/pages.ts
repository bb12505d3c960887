/** What of a commit a pager is told: every notice that needs a human now, and the good end of an incident. Pure. */
import type { Commit, IncidentOutcome, Write } from './commit.ts';
import { type Notice, raisesAlarm } from './notice.ts';

/** The incident is over, and nobody has to do anything about it any more. */
const goodEnds: ReadonlySet<IncidentOutcome> = new Set(['healed', 'busy', 'returned', 'left']);

export const pagesOf = ({ id, writes, notices }: Pick<Commit, 'id' | 'writes' | 'notices'>): readonly Notice[] => {
  const raised = notices.filter(raisesAlarm);
  const alarmed = new Set(raised.map(({ incident }) => incident));
  // What ends and needs a human all the same goes on being an alarm.
  const ends = writes.filter(isGoodEnd).filter(({ incident }) => !alarmed.has(incident));
  return [...raised, ...ends.map((end, at) => allClear(end, `${id}.end-${String(at)}`))];
};

type Ending = Extract<Write, { readonly kind: 'incident' }>;

const isGoodEnd = (write: Write): write is Ending =>
  write.kind === 'incident' && write.entry.outcome !== undefined && goodEnds.has(write.entry.outcome);

const allClear = ({ incident, node, entry }: Ending, id: string): Notice => ({
  ...{ id, kind: 'all-clear', incident, node, urgency: 'info' },
  text: `${entry.step}: ${entry.because}`,
});
