/*
 * Whether a window of the policy is open, and when the next one opens. Times are those of the wall clock in the window's
 * zone: an hour that summer time leaves out opens nothing, and one that comes twice counts twice.
 */
import { type Window, weekdays } from '../../../pool/policy/windows.ts';
import { formatTimeOfDay } from '../../../pool/units.ts';

const minuteMs = 60_000;
const dayMinutes = 24 * 60;
/** Each window opens once a week at least, but for the one that falls into an hour left out: that one is found as well. */
const daysAhead = 15;

/** Is this window open at that time (milliseconds since 1970)? */
export const isOpen = (window: Window, atMs: number): boolean => isOpenAt(window, wallClock(window.zone)(atMs));

/** When one of these windows opens next after that time, in milliseconds since 1970; undefined: within two weeks none does. */
export const nextOpenMs = (windows: readonly Window[], afterMs: number): number | undefined => {
  const openings = windows.map((window) => openingMs(window, afterMs)).filter((atMs) => atMs !== undefined);
  return openings.length === 0 ? undefined : Math.min(...openings);
};

/** `mon 14:05`, in this zone. */
export const localTimeText = (zone: string, atMs: number): string => {
  const { day, minutes } = wallClock(zone)(atMs);
  return `${weekdays[day] ?? ''} ${formatTimeOfDay(minutes)}`;
};

/** `mon, tue 22:00-06:00 Europe/Berlin` */
export const windowText = ({ days, from, to, zone }: Window): string => {
  const when = days.length === weekdays.length ? 'every day' : days.join(', ');
  return `${when} ${formatTimeOfDay(from)}-${formatTimeOfDay(to)} ${zone}`;
};

const isOpenAt = (window: Window, { day, minutes }: WallTime): boolean => {
  const { from, to } = window;
  if (from < to) return opensOn(window, day) && minutes >= from && minutes < to;
  return (opensOn(window, day) && minutes >= from) || (opensOn(window, day - 1) && minutes < to);
};

const opensOn = ({ days }: Window, day: number): boolean => days.some((name) => name === weekdays[(day + 7) % 7]);

/** When this window opens next, by the offsets of its zone around then. */
const openingMs = (window: Window, afterMs: number): number | undefined => {
  const clock = wallClock(window.zone);
  const { midnightMs } = clock(afterMs);
  for (let day = 0; day < daysAhead; day += 1) {
    const wallMs = midnightMs + (day * dayMinutes + window.from) * minuteMs;
    if (!opensOn(window, new Date(wallMs).getUTCDay())) continue;
    const nearMs = wallMs - offsetMs(clock, wallMs);
    const atMs = wallMs - offsetMs(clock, nearMs);
    if (atMs > afterMs && isOpenAt(window, clock(atMs))) return atMs;
  }
  return undefined;
};

/** How far a wall clock is ahead of UTC at a time. */
const offsetMs = (clock: WallClock, atMs: number): number => {
  const { midnightMs, minutes } = clock(atMs);
  return midnightMs + minutes * minuteMs - Math.floor(atMs / minuteMs) * minuteMs;
};

interface WallTime {
  /** Sunday is 0. */
  readonly day: number;
  /** Since midnight by the wall clock. */
  readonly minutes: number;
  /** That day's midnight, written down as if the zone were UTC. */
  readonly midnightMs: number;
}

/** @throws RangeError where the time is none */
type WallClock = (atMs: number) => WallTime;

/** Made once for each zone: it takes a hundred times as long as asking it. A policy has 50 windows at the most. */
const wallClocks = new Map<string, WallClock>();
const wallClocksMost = 100;

/** @throws RangeError where this machine does not know the zone */
const wallClock = (timeZone: string): WallClock => {
  const clock = wallClocks.get(timeZone) ?? newWallClock(timeZone);
  if (wallClocks.size >= wallClocksMost) wallClocks.clear();
  wallClocks.set(timeZone, clock);
  return clock;
};

const newWallClock = (timeZone: string): WallClock => {
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23' },
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' },
  });
  return (atMs) => {
    const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? Number.NaN;
    const midnightMs = Date.UTC(part('year'), part('month') - 1, part('day'));
    return { day: new Date(midnightMs).getUTCDay(), minutes: part('hour') * 60 + part('minute'), midnightMs };
  };
};
