/*
 * A letter is what one message tells: one notice, several of one incident, or many of one kind.
 *
 * INVARIANT: its id is settled before it is sent the first time, and names the same notices for ever.
 */
import type { Notice, WaitingNotice } from '../../../pool/notice.ts';

export interface PlannedLetter {
  /** Goes along as metadata; of a single notice it is the notice's own. */
  readonly id: string;
  /**
   * `single`: one notice, as it is; `story`: several of one incident, in order, a line each; `digest`: many of one
   * kind, counted.
   */
  readonly form: 'single' | 'story' | 'digest';
  /** At least one, oldest first. */
  readonly waiting: readonly WaitingNotice[];
}

export const isPage = ({ urgency }: Notice): boolean => urgency === 'page';

/** The letter for these notices; from the notices alone, so that another controller makes the same of them. */
export const letterOf = (waiting: readonly WaitingNotice[], id = idOf(waiting)): PlannedLetter => {
  const incidents = new Set(waiting.map(({ notice }) => notice.incident));
  const form = waiting.length === 1 ? 'single' : incidents.size === 1 && !incidents.has(undefined) ? 'story' : 'digest';
  return { id, form, waiting };
};

const idOf = (waiting: readonly WaitingNotice[]): string => {
  const first = waiting[0]?.notice.id ?? '';
  return waiting.length === 1 ? first : `${first}+${String(waiting.length - 1)}`;
};

/** The incident whose thread a letter belongs to; a digest belongs to none. */
export const incidentOf = ({ form, waiting }: PlannedLetter): string | undefined =>
  form === 'digest' ? undefined : waiting[0]?.notice.incident;
