/** Makes a schedule that shows a violation smaller, for as long as it shows the same one. */
import type { Law } from './observer.ts';
import { runSchedule } from './run.ts';
import type { Happening, Schedule } from './schedule.ts';

/** So many runs at the most. */
const runsMost = 150;

export const shrink = async (schedule: Schedule, law: string, asked?: readonly Law[]): Promise<Schedule> => {
  let smallest = schedule;
  let runs = 0;
  const shows = async (smaller: Schedule): Promise<boolean> => {
    runs += 1;
    const { violation } = await runSchedule(smaller, undefined, asked);
    if (violation?.law !== law) return false;
    smallest = smaller;
    return true;
  };
  for (let isSmaller = true; isSmaller && runs < runsMost; ) {
    isSmaller = false;
    for (const smaller of smallerThan(smallest)) {
      if (runs >= runsMost) break;
      if (await shows(smaller)) {
        isSmaller = true;
        break;
      }
    }
  }
  return smallest;
};

/** Fewer things that happen first, then fewer processes, then a shorter time. */
const smallerThan = (schedule: Schedule): readonly Schedule[] => [
  ...halves(schedule.happenings).map((happenings) => ({ ...schedule, happenings })),
  ...schedule.happenings.map((_, index) => ({ ...schedule, happenings: schedule.happenings.toSpliced(index, 1) })),
  ...(schedule.controllers > 0 ? [{ ...schedule, controllers: schedule.controllers - 1 }] : []),
  ...(schedule.proxies > 0 ? [{ ...schedule, proxies: schedule.proxies - 1 }] : []),
  ...(schedule.nodes > 1 ? [{ ...schedule, nodes: schedule.nodes - 1 }] : []),
  ...(schedule.forMs > 20_000 ? [{ ...schedule, forMs: schedule.forMs - 10_000 }] : []),
];

const halves = (happenings: readonly Happening[]): readonly (readonly Happening[])[] => {
  if (happenings.length < 4) return [];
  const middle = Math.floor(happenings.length / 2);
  return [happenings.slice(0, middle), happenings.slice(middle)];
};
