/** Every server of the fleet: its service, whether it is healthy, and what could not be read. */
import { InvalidArgumentError, Option } from 'commander';
import { type ServerLine, type Status, statuses } from '../services/judge.ts';
import { type Order, select, sortColumns } from '../services/select.ts';
import { type CommandModule, Exit, type Io } from './command.ts';
import { screenOf } from './print.ts';
import { type FleetRead, withFleet } from './services/fleet.ts';
import { type Format, jsonLine, rendered } from './services/formats.ts';
import { counted, noSuchService, ofEmptyServices, ofNoService, unknownAmong } from './services/notes.ts';
import { type FleetOptions, formatOf, withFleetOptions } from './services/options.ts';
import { serverColumns } from './services/server-columns.ts';

const shape = `
A server is unhealthy where its CPU or memory is over its threshold (strictly), or where it is a node that does not serve.
What could not be read is unknown. Exit 1 where that is any server of the fleet; 3 where the fleet can't be reached.
JSON: {servers: [{address, node | null, service | null, status: healthy | unhealthy | unknown, cpuShare | null,
  memoryShare | null, because | null}], unknown: how many of the whole fleet are, emptyServices: [{service, nodesLeft}]}. Shares: 0.74 is 74%.`;

interface Options extends FleetOptions {
  readonly service?: string;
  readonly status?: Status;
  readonly sort?: Order;
}

export const configure: CommandModule['configure'] = (command, io, done) => {
  withFleetOptions(command)
    .option('--service <name>', 'only servers of this service')
    .addOption(new Option('--status <status>', 'only servers that are this').choices(statuses))
    .option(
      '--sort <column>',
      `by ${sortColumns.join(', ')}; -cpu is the greatest first; what is not known is last; status begins with the worst`,
      order,
    )
    .addHelpText('after', shape)
    .action(async (options: Options) => {
      const fleet = await withFleet(io, options, ({ read }) => read());
      done(tell(io, fleet, options));
    });
};

const order = (text: string): Order => {
  const column = sortColumns.find((name) => text.replace(/^-/, '') === name);
  if (column !== undefined) return { column, descending: text.startsWith('-') };
  throw new InvalidArgumentError(`One of ${sortColumns.join(', ')}, please; with a - in front, the greatest first.`);
};

const tell = (io: Io, fleet: FleetRead, options: Options): Exit => {
  const { service, status, sort } = options;
  const lines = select(fleet.lines, { service, status, order: sort });
  const format = formatOf(options);
  const unknown = unknownAmong(fleet.lines);
  io.out.write(
    format === 'json' ? jsonLine({ servers: lines, unknown, emptyServices: fleet.empty }) : textOf(lines, format, io),
  );
  const missing = noSuchService(fleet, service);
  const empty = ofEmptyServices(fleet, service);
  const hidden = service === undefined ? [] : ofNoService(fleet.lines);
  for (const note of [...missing, ...empty, ...hidden]) io.err.write(`! ${note}\n`);
  const isNobody = missing.length > 0 || (service !== undefined && empty.length > 0);
  return unknown > 0 || isNobody ? Exit.bad : Exit.fine;
};

const textOf = (lines: readonly ServerLine[], format: Exclude<Format, 'json'>, { out, env }: Io): string => {
  if (format === 'table' && lines.length === 0) return 'no servers\n';
  const rows = rendered(lines, serverColumns(lines, format), format, screenOf(out, env));
  return format === 'table' ? `${headingOf(lines)}\n\n${rows}` : rows;
};

const headingOf = (lines: readonly ServerLine[]): string => {
  const parts = statuses.flatMap((status) => {
    const count = lines.filter((line) => line.status === status).length;
    return count === 0 ? [] : [`${count} ${status}`];
  });
  return `${counted(lines.length, 'server')}: ${parts.join(' · ')}`;
};
