/*
 * What EC2 has said of machines, as far as this watcher remembers.
 *
 * INVARIANTS
 * - Only what was said a moment ago is acted on.
 * - What is acted on for good (a machine is gone, or was stopped) EC2 has said twice, some time apart, and nothing else
 *   in between.
 */
import type { Described, InstanceSeen } from '../ports/power.ts';

/** Times are of the watcher's monotonic clock, in milliseconds. */
export interface Sighting {
  readonly seen: InstanceSeen;
  readonly atMs: number;
  /** Since when EC2 has said the same of its state. */
  readonly sinceMs: number;
}

export interface Survey {
  readonly sightings: ReadonlyMap<string, Sighting>;
  /** Why EC2 did not answer the last question; absent: it did. */
  readonly unanswered?: string;
}

export const newSurvey: Survey = { sightings: new Map() };

/** What is older is forgotten. */
const keptMs = 1_800_000;
/** What is older is not acted on. */
const freshMs = 20_000;
/** Twice, and this much time apart. */
const surelyMs = 60_000;

/** What is known after EC2 was asked. */
export const afterLook = ({ sightings }: Survey, described: Described, nowMs: number): Survey => {
  if (described.kind === 'unknown') return { sightings, unanswered: described.because };
  const kept = new Map([...sightings].filter(([, { atMs }]) => nowMs - atMs < keptMs));
  for (const [id, seen] of described.instances) {
    const before = kept.get(id);
    const same = before !== undefined && wordFor(before.seen) === wordFor(seen);
    kept.set(id, { seen, atMs: nowMs, sinceMs: same ? before.sinceMs : nowMs });
  }
  return { sightings: kept };
};

/** What was said of a machine so lately that it may be acted on. */
export const freshSighting = ({ sightings }: Survey, id: string, nowMs: number): Sighting | undefined => {
  const sighting = sightings.get(id);
  return sighting !== undefined && nowMs - sighting.atMs <= freshMs ? sighting : undefined;
};

/** Has EC2 said this for so long that it may be acted on for good? */
export const isSure = ({ atMs, sinceMs }: Sighting): boolean => atMs - sinceMs >= surelyMs;

/** EC2 does not know the machine, or has ended it. */
export const isGone = ({ seen }: Sighting): boolean => wordFor(seen) === 'gone';

const wordFor = (seen: InstanceSeen): string => {
  switch (seen.kind) {
    case 'no-such-instance':
      return 'gone';
    case 'unknown':
      return seen.because;
    case 'known':
      return seen.state === 'terminated' ? 'gone' : seen.state;
  }
};
