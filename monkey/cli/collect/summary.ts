/** One round in words and tables, for people. Pure. */
import { formatMs } from '../../../pool/units.ts';
import type { HostFailure } from '../../collect/host-answer.ts';
import type { Sent } from '../../collect/metric-sink.ts';
import { addressText } from '../../collect/send/statsd-address.ts';
import { targetText } from '../../collect/target.ts';
import { type Column, harmless, paint, type Screen, table } from '../print.ts';
import { counted } from '../services/notes.ts';
import type { CollectSettings } from './settings.ts';
import type { ToldRound, Written } from './told.ts';
import { kibText, topLines } from './top.ts';

/** Lines for stdout: hosts that failed, the biggest commands, and what was read and sent. */
export const summaryLines = (round: ToldRound, settings: CollectSettings, screen: Screen): readonly string[] => {
  const { failed, biggest } = round;
  const top = biggest === null ? [] : topLines(biggest, screen);
  return [
    ...(failed.length === 0 ? [] : [...failedLines(failed, screen), '']),
    ...(top.length === 0 ? [] : [...top, '']),
    ...sentences(round, settings).map((line) => harmless(line)),
  ];
};

const failedColumns: readonly Column<HostFailure>[] = [
  { title: 'HOST', text: ({ target }) => targetText(target) },
  { title: 'FAILED AT', text: ({ stage }) => stage, colour: () => 'red' },
];

const why: Column<HostFailure> = { title: 'WHY', text: ({ because }) => because };

/**
 * A reason says what to do: a fingerprint, a command to type. Where a row has no room for it, it stands whole below its
 * host, in one line, so that it can be copied as it is.
 */
const failedLines = (failed: readonly HostFailure[], screen: Screen): readonly string[] => {
  const lines = table(failed, [...failedColumns, why], { ...screen, colours: false });
  const { columns = Infinity } = screen;
  if (lines.every((line) => Array.from(line).length <= columns)) return table(failed, [...failedColumns, why], screen);
  const [titles = '', ...rows] = table(failed, failedColumns, screen);
  return [titles, ...rows.flatMap((row, at) => [row, `  ${harmless(failed[at]?.because ?? '')}`])];
};

const sentences = (round: ToldRound, { statsd }: CollectSettings): readonly string[] => {
  const { hosts, read, processes, tookMs, damagedLines, sent, written, biggest } = round;
  const memory = biggest === null ? '' : `, ${kibText(biggest.rssKib)} of RSS (shared pages count in each process)`;
  const damaged = damagedLines === 0 ? [] : [`${counted(damagedLines, 'line')} of their answers could not be read`];
  return [
    `${read} of ${counted(hosts, 'host')} read in ${formatMs(tookMs)}: ${counted(processes, 'process').replace(/processs$/, 'processes')}${memory}`,
    ...damaged,
    ...(sent === null || statsd === null ? [] : sentSentences(sent, addressText(statsd.to))),
    ...(written === null ? [] : [writtenSentence(written)]),
    ...(sent === null && written === null && biggest === null ? [nothingSentText] : []),
  ];
};

export const nothingSentText = 'nothing is sent anywhere: --statsd HOST or --prometheus-file FILE would';

const sentSentences = (sent: Sent, to: string): readonly string[] => [
  ...(sent.lines === 0 && sent.failedLines > 0
    ? []
    : [`${counted(sent.lines, 'gauge')} in ${counted(sent.datagrams, 'datagram')} to ${to}`]),
  ...troubleOf(sent),
];

/** `68 of 70 gauges were not sent: nobody listens at 127.0.0.1:8125 (UDP)`. Nothing where all went well. */
const troubleOf = ({ lines, failedLines, because }: Sent): readonly string[] => {
  if (failedLines === 0) return because === null ? [] : [because];
  const reason = because === null ? '' : `: ${because}`;
  const all = counted(lines + failedLines, 'gauge');
  if (lines === 0 && failedLines === 1) return [`the one gauge was not sent${reason}`];
  if (lines === 0) return [`none of the ${all} was sent${reason}`];
  return [`${failedLines} of ${all} ${failedLines === 1 ? 'was' : 'were'} not sent${reason}`];
};

const writtenSentence = ({ file, because }: Written): string => because ?? `${file} written`;

/** The head of what is drawn in place, round after round. */
export const frameLines = (
  round: ToldRound,
  settings: CollectSettings,
  { time, rows, warnings }: { readonly time: string; readonly rows: number; readonly warnings: readonly string[] },
  screen: Screen,
): readonly string[] => {
  const { hosts, read, failed, tookMs, biggest } = round;
  const heading = `${paint(`${read} of ${counted(hosts, 'host')}`, 'bold', screen)} read in ${formatMs(tookMs)} · every ${formatMs(settings.intervalMs)} · ${time}`;
  const all = [
    ...failed.map(({ target, stage, because }) => `${targetText(target)}: ${stage}: ${because}`),
    ...(round.sent === null ? [] : troubleOf(round.sent)),
    ...warnings,
  ].flatMap((line) => wrapped(`! ${harmless(line)}`, screen));
  // The top comes first: of many failures as many as there is room for.
  const top = biggest === null ? [] : topLines(biggest, screen);
  const room = Math.max(1, rows - top.length - 3);
  const shown = all.length <= room ? all : [...all.slice(0, room - 1), `and ${all.length - room + 1} more`];
  return [heading, ...shown.map((line) => paint(line, 'yellow', screen)), ...top];
};

/** A line in as many as it takes, broken at blanks: what is drawn in place is counted in rows. */
const wrapped = (line: string, { columns = Infinity }: Screen): readonly string[] => {
  const width = Math.max(columns, narrowest);
  if (line.length <= width) return [line];
  const blank = line.lastIndexOf(' ', width);
  const at = blank > indent.length ? blank : width;
  return [line.slice(0, at), ...wrapped(indent + line.slice(at).trimStart(), { colours: false, columns })];
};

const indent = '  ';
const narrowest = 20;
