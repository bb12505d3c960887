import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { whoGrew } from '../../../../monkey/doctor/memory/growth.ts';
import { type Hour, sampleOf, withSample } from '../../../../monkey/doctor/memory/hour.ts';
import { growthWords } from '../../../../monkey/doctor/memory/told.ts';

const mib = 2 ** 20;
const process = (command: string, rssMib: number, pid = 1) => ({
  ...{ pid, command, startTicks: 1, rssBytes: rssMib * mib, vszBytes: 0 },
});
/** One sample a minute, of these processes by name. */
const hourOf = (...minutes: readonly Readonly<Record<string, number>>[]): Hour =>
  minutes.reduce<Hour>((hour, memory, minute) => {
    const all = Object.entries(memory).map(([command, rss]) => process(command, rss));
    return withSample(hour, sampleOf(all, minute * 60_000));
  }, []);

describe('a sample', () => {
  test('adds up the processes of a name, the biggest first, and all of them together', () => {
    const all = [process('db', 30), process('app', 20, 2), process('app', 20, 3), process('kworker/0:1', 0)];
    expect(sampleOf(all, 7)).toEqual({
      ...{ atMs: 7, totalBytes: 70 * mib },
      biggest: [
        { command: 'app', processes: 2, rssBytes: 40 * mib },
        { command: 'db', processes: 1, rssBytes: 30 * mib },
      ],
    });
  });

  test('is kept once a minute, for an hour, and names twenty', () => {
    const looks = fc.array(fc.integer({ min: 1, max: 200_000 }), { maxLength: 300 });
    fc.assert(
      fc.property(looks, (pauses) => {
        let atMs = 0;
        let hour: Hour = [];
        for (const pause of pauses) {
          atMs += pause;
          const many = Array.from({ length: 30 }, (_, index) => process(`p${index}`, index + 1));
          hour = withSample(hour, sampleOf(many, atMs));
        }
        expect(hour.length).toBeLessThanOrEqual(67);
        expect(hour.every((sample) => sample.biggest.length === 20)).toBe(true);
        expect((hour.at(-1)?.atMs ?? 0) - (hour[0]?.atMs ?? 0)).toBeLessThanOrEqual(3_605_000);
      }),
      { numRuns: 20 },
    );
  });
});

describe('who grew', () => {
  test('is who rose the most, with how much, in what time, and the way there', () => {
    const hour = hourOf(
      { app: 1_229, db: 500 },
      { app: 1_600, db: 510 },
      { app: 2_300, db: 505 },
      { app: 3_482, db: 640 },
    );
    const [first, second] = whoGrew(hour);
    expect(first && growthWords(first)).toBe('app 1.2 → 3.4 GiB in 3m ▁▂▄█');
    expect(second?.command).toBe('db');
  });

  test('is nobody where all is steady, or only breathes', () => {
    expect(whoGrew(hourOf({ app: 1_000, cron: 1 }, { app: 1_050, cron: 9 }, { app: 1_010, cron: 15 }))).toEqual([]);
    expect(whoGrew([])).toEqual([]);
  });

  test('is found although it was killed since, and counts up to what the kernel saw last', () => {
    const hour = hourOf({ app: 1_024 }, { app: 2_048 }, { db: 10 });
    const killed = { command: 'app', atMs: 90_000, rssBytes: 3_072 * mib };
    expect(whoGrew(hour)[0]).toMatchObject({ command: 'app', toBytes: 2_048 * mib, overMs: 60_000 });
    expect(whoGrew(hour, [killed])[0]).toMatchObject({ command: 'app', toBytes: 3_072 * mib, overMs: 90_000 });
  });

  test('is first who still has it: a job that has ended, or gave it back, did not fill the machine', () => {
    const hour = hourOf(
      { app: 1_024, backup: 512, cache: 100 },
      { app: 1_500, backup: 8_704, cache: 6_100 },
      { app: 2_048, cache: 200 },
      { app: 3_072, cache: 200 },
    );
    expect(whoGrew(hour).map(({ command }) => command)).toEqual(['app', 'backup', 'cache']);
    const killed = { command: 'backup', atMs: 90_000, rssBytes: 8_704 * mib };
    expect(whoGrew(hour, [killed]).map(({ command }) => command)).toEqual(['backup', 'app', 'cache']);
  });

  test('is drawn in twelve bars at most', () => {
    const hour = hourOf(...Array.from({ length: 60 }, (_, minute) => ({ app: 1_000 + minute * 40 })));
    const [growth] = whoGrew(hour);
    expect(growth?.bytes).toHaveLength(12);
    expect(growth && growthWords(growth)).toMatch(/^app 1000 MiB → 3\.3 GiB in 59m ▁/);
  });
});
