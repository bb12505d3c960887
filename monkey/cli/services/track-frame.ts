/** What `monkey track` shows of one moment, and at the end. Pure. */

import { sparkline } from '../../../pool/sparkline.ts';
import { formatMs } from '../../../pool/units.ts';
import { severity } from '../../services/select.ts';
import type { TrackedServer } from '../../services/track.ts';
import { type Column, harmless, paint, type Screen, table } from '../print.ts';
import { dashed } from './formats.ts';
import { counted } from './notes.ts';
import { shareText, statusColours } from './server-columns.ts';

export interface TrackScene {
  readonly service: string;
  readonly servers: readonly TrackedServer[];
  readonly intervalMs: number;
  /** Time of day of the round. */
  readonly time: string;
  /** Why the last round could not be read. */
  readonly away: string | undefined;
}

/** Fits into `rows` lines: where not all servers do, the worst stay in sight. */
export const trackFrame = (scene: TrackScene, screen: Screen, rows: number): string => {
  const { service, servers, intervalMs, time, away } = scene;
  const healthy = servers.filter(({ line }) => line.status === 'healthy').length;
  const heading = `${paint(harmless(service), 'bold', screen)}: ${healthy} of ${counted(servers.length, 'server')} healthy · every ${formatMs(intervalMs)} · ${time}`;
  const warnings = away === undefined ? [] : [paint(`! ${harmless(away)}`, 'yellow', screen)];
  // The heading, the titles, a line for what is left out, and the one on which the cursor stands.
  const shown = fitting(servers, Math.max(1, rows - 4 - warnings.length));
  const left = servers.length - shown.length;
  const more = left === 0 ? [] : [paint(`and ${left} more, none of them worse`, 'dim', screen)];
  return [heading, ...warnings, ...table(shown, frameColumns(screen).map(dashed), screen), ...more].join('\n');
};

const fitting = (servers: readonly TrackedServer[], most: number): readonly TrackedServer[] => {
  const worst = new Set(
    [...servers].sort((a, b) => severity[a.line.status] - severity[b.line.status] || load(b) - load(a)).slice(0, most),
  );
  return servers.filter((server) => worst.has(server));
};

const load = ({ line }: TrackedServer): number => Math.max(line.cpuShare ?? 0, line.memoryShare ?? 0);

/** What the other columns take, with an address of usual length and a reason cut short. */
const besidePictures = 62;

const frameColumns = ({ columns = 120 }: Screen): readonly Column<TrackedServer>[] => {
  const width = Math.max(8, Math.min(30, Math.floor((columns - besidePictures) / 2)));
  return [
    { title: 'ADDRESS', text: ({ line }) => line.address },
    { title: 'STATUS', text: ({ line }) => line.status, colour: ({ line }) => statusColours[line.status] },
    { title: 'CPU', text: ({ line }) => shareText(line.cpuShare), align: 'right' },
    { title: '', text: ({ recentCpu }) => picture(recentCpu, width) },
    { title: 'MEMORY', text: ({ line }) => shareText(line.memoryShare), align: 'right' },
    { title: '', text: ({ recentMemory }) => picture(recentMemory, width) },
    { title: 'WHY', text: ({ line }) => line.because ?? '', gives: true },
  ];
};

/** What came last stands at the right end. */
const picture = (recent: readonly (number | null)[], width: number): string =>
  sparkline(recent.slice(-width)).padStart(width);

export const extentColumns: readonly Column<TrackedServer>[] = [
  { title: 'ADDRESS', text: ({ line }) => line.address },
  ...(['cpu', 'memory'] as const).flatMap((what) =>
    (['min', 'p95', 'max'] as const).map(
      (key): Column<TrackedServer> => ({
        title: `${what.toUpperCase()} ${key.toUpperCase()}`,
        text: (server) => shareText(server[what]?.[key]),
        align: 'right',
      }),
    ),
  ),
];
