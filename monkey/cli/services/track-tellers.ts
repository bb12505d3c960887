/** Who hears what `monkey track` reads: a person at a terminal, or whoever reads rows that are only added. */
import { createLogUpdate } from 'log-update';
import type { ServerLine } from '../../services/judge.ts';
import type { TrackedServer } from '../../services/track.ts';
import type { Io } from '../command.ts';
import { type Column, harmless, screenOf } from '../print.ts';
import { csvHead, csvRows } from './csv.ts';
import { type Format, jsonLine, rendered } from './formats.ts';
import { markdownHead, markdownRows } from './markdown.ts';
import { type FleetOptions, formatOf } from './options.ts';
import type { TrackTeller } from './rounds.ts';
import { serverColumns } from './server-columns.ts';
import { extentColumns, trackFrame } from './track-frame.ts';

export const trackTeller = (
  io: Io,
  service: string,
  options: Pick<FleetOptions, 'json' | 'output'> & { readonly interval: number },
): TrackTeller => {
  const format = formatOf(options);
  if (format === 'json') return programTeller(io, service);
  if (format === 'table' && io.out.isTTY) return screenTeller(io, service, options.interval);
  return rowTeller(io, format);
};

const now = (): string => new Date().toISOString();

const programTeller = ({ out }: Io, service: string): TrackTeller => ({
  round: (servers) =>
    void out.write(jsonLine({ kind: 'round', at: now(), service, servers: servers.map(({ line }) => line) })),
  away: (because) => void out.write(jsonLine({ kind: 'away', at: now(), because })),
  end: (servers, rounds) => {
    const told = servers.map(({ line: { address, node }, cpu, memory }) => ({ address, node, cpu, memory }));
    out.write(jsonLine({ kind: 'end', rounds, servers: told }));
  },
});

/** The last frame stays where it is, and the extents come below it. */
const screenTeller = ({ out, env }: Io, service: string, intervalMs: number): TrackTeller => {
  const live = createLogUpdate(out, { showCursor: true });
  const draw = (servers: readonly TrackedServer[], away: string | undefined): void => {
    const scene = { service, servers, intervalMs, time: now().slice(11, 19), away };
    // Asked anew each time: people change the size of their windows.
    live(trackFrame(scene, screenOf(out, env), out.rows > 0 ? out.rows : 24));
  };
  return {
    round: (servers) => draw(servers, undefined),
    away: (because, servers) => draw(servers, because),
    end: (servers, rounds) => {
      live.done();
      out.write(`\n${rounds} rounds\n${rendered(servers, extentColumns, 'table', screenOf(out, env))}`);
    },
  };
};

type RowFormat = Exclude<Format, 'json'>;
type Row = ServerLine & { readonly at: string };

/** The extents of a CSV go to stderr: one file is one table. */
const rowTeller = ({ out, err, env }: Io, format: RowFormat): TrackTeller => {
  let begun = false;
  return {
    round: (servers) => {
      const at = format === 'table' ? now().slice(11, 19) : now();
      const rows = servers.map(({ line }): Row => ({ ...line, at }));
      out.write(rowsText(rows, format, begun));
      begun = true;
    },
    away: (because) => void err.write(`! ${harmless(because)}\n`),
    end: (servers) => {
      const summary = rendered(servers, extentColumns, format === 'csv' ? 'table' : format, screenOf(out, env));
      (format === 'csv' ? err : out).write(`\n${summary}`);
    },
  };
};

const rowsText = (rows: readonly Row[], format: RowFormat, begun: boolean): string => {
  const columns = columnsOf(rows, format);
  switch (format) {
    case 'csv':
      return (begun ? '' : csvHead(columns)) + csvRows(rows, columns);
    case 'markdown':
      return (begun ? '' : markdownHead(columns)) + markdownRows(rows, columns);
    case 'table': {
      const [titles = '', ...lines] = rendered(rows, columns, 'table', { colours: false, columns: undefined }).split(
        '\n',
      );
      return (begun ? lines : [titles, ...lines]).join('\n');
    }
  }
};

const columnsOf = (rows: readonly Row[], format: RowFormat): readonly Column<Row>[] => [
  { title: 'TIME', text: ({ at }) => at },
  ...serverColumns(rows, format),
];
