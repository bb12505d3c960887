/*
 * Which of the waiting notices the next message tells. While few wait, each has a message of its own, the oldest first.
 * When many do, notices of one incident become one message of its thread, and notices of one kind one digest. Pure.
 *
 * INVARIANTS
 * - A letter that was begun is finished first, with the notices that it was begun with, whatever has come since.
 * - A notice is told only after all older ones of its incident, in an earlier message or above it in the same one.
 * - Where many wait, pages come first, with what is older in their incident; urgencies are never mixed in a digest.
 * - A message stays within Slack's limits: what does not fit waits for the next one.
 */
import type { WaitingNotice } from '../../../pool/notice.ts';
import { isPage, letterOf, type PlannedLetter } from './letter.ts';
import { fitsStory } from './render-many.ts';

/** So many wait at most without anything being put together: some 20 s at Slack's pace; no heal has as many steps. */
export const fewMost = 20;
/** So many of one kind make a digest. */
const digestLeast = 3;
/** With notices of more incidents than these waiting, also what belongs to incidents is told in digests. */
const incidentsMost = 10;

/** The next letter; undefined where nothing waits. `waiting` is the oldest part of the outbox, oldest first. */
export const nextLetter = (waiting: readonly WaitingNotice[]): PlannedLetter | undefined => {
  const oldest = waiting[0];
  if (oldest === undefined) return undefined;
  const begun = waiting.find(({ letter }) => letter !== undefined)?.letter;
  if (begun !== undefined)
    return letterOf(
      waiting.filter(({ letter }) => letter === begun),
      begun,
    );
  if (waiting.length <= fewMost) return letterOf([oldest]);
  return letterOf(gathered(waiting.find(({ notice }) => isPage(notice)) ?? oldest, waiting));
};

/** What is told together with `next`, in the order of the outbox. */
const gathered = (next: WaitingNotice, waiting: readonly WaitingNotice[]): readonly WaitingNotice[] => {
  const heads = headsOf(waiting);
  const { incident } = next.notice;
  if (incident === undefined || (heads.incidents > incidentsMost && heads.of.has(next.entry))) {
    const alike = waiting.filter(({ entry, notice }) => heads.of.has(entry) && isAlike(notice, next.notice));
    if (alike.length >= digestLeast) return alike;
  }
  if (incident === undefined) return [next];
  return fitsStory(waiting.filter(({ notice }) => notice.incident === incident));
};

const isAlike = (one: WaitingNotice['notice'], other: WaitingNotice['notice']): boolean =>
  one.kind === other.kind && one.urgency === other.urgency;

/** What may be told next without overtaking an older notice of its incident, and how many incidents wait. */
const headsOf = (waiting: readonly WaitingNotice[]) => {
  const of = new Set<string>();
  const incidents = new Set<string>();
  for (const { entry, notice } of waiting) {
    if (notice.incident === undefined || !incidents.has(notice.incident)) of.add(entry);
    if (notice.incident !== undefined) incidents.add(notice.incident);
  }
  return { of, incidents: incidents.size };
};
