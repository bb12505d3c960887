/** The fleet service by service: how many servers are healthy, and how CPU and memory are spread among them. */
import { byService, type ServiceLine } from '../services/by-service.ts';
import type { ServerLine } from '../services/judge.ts';
import type { Spread } from '../services/statistics.ts';
import { type CommandModule, Exit, type Io } from './command.ts';
import { type Column, screenOf } from './print.ts';
import { withFleet } from './services/fleet.ts';
import { jsonLine, rendered } from './services/formats.ts';
import { noSuchService, ofNoService, unknownAmong } from './services/notes.ts';
import { type FleetOptions, formatOf, withFleetOptions } from './services/options.ts';
import { shareText } from './services/server-columns.ts';

const shape = `
Over all servers of which the value could be read. The median of an even number is the mean of the two in the middle; p95 is
by nearest rank: the least measured value that 95% do not exceed. Exit 1 where a server of the fleet could not be read;
3 where the fleet can't be reached.
JSON: {services: [{service | null, healthy, unhealthy, unknown, total, cpu: SPREAD | null, memory: SPREAD | null}],
  unknown: how many servers of the whole fleet are}; SPREAD: {mean, median, p95, min, max}, shares: 0.74 is 74%.
  A service of null holds the servers of which not even that could be read.`;

interface Options extends FleetOptions {
  readonly service?: string;
}

export const configure: CommandModule['configure'] = (command, io, done) => {
  withFleetOptions(command)
    .option('--service <name>', 'only this service')
    .addHelpText('after', shape)
    .action(async (options: Options) => {
      const fleet = await withFleet(io, options, ({ read }) => read());
      done(tell(io, fleet, options));
    });
};

const tell = (io: Io, fleet: readonly ServerLine[], options: Options): Exit => {
  const { service } = options;
  const services = byService(fleet).filter((line) => service === undefined || line.service === service);
  const format = formatOf(options);
  const unknown = unknownAmong(fleet);
  if (format === 'json') io.out.write(jsonLine({ services, unknown }));
  else if (format === 'table' && services.length === 0) io.out.write('no services\n');
  else io.out.write(rendered(services, format === 'csv' ? csvColumns : columns, format, screenOf(io.out, io.env)));
  const missing = noSuchService(fleet, service);
  for (const note of [...missing, ...ofNoService(fleet)]) io.err.write(`! ${note}\n`);
  return unknown > 0 || missing.length > 0 ? Exit.bad : Exit.fine;
};

const name: Column<ServiceLine> = { title: 'SERVICE', text: ({ service }) => service ?? '' };

const spread = (
  what: 'CPU' | 'MEMORY',
  of: (line: ServiceLine) => Spread | null,
  titleOf: (title: string) => string = (title) => `${what} ${title}`,
): readonly Column<ServiceLine>[] =>
  (['mean', 'median', 'p95', 'min', 'max'] as const).map((key) => ({
    title: key === 'mean' ? `${what} MEAN` : titleOf(key.toUpperCase()),
    text: (line) => shareText(of(line)?.[key]),
    align: 'right',
  }));

/** For people, who see from the first of five which they are. */
const columns: readonly Column<ServiceLine>[] = [
  name,
  {
    title: 'HEALTHY',
    text: ({ healthy, total }) => `${healthy}/${total}`,
    colour: ({ healthy, total, unhealthy }) => (healthy === total ? 'green' : unhealthy > 0 ? 'red' : 'yellow'),
    align: 'right',
  },
  ...spread(
    'CPU',
    ({ cpu }) => cpu,
    (title) => title,
  ),
  ...spread(
    'MEMORY',
    ({ memory }) => memory,
    (title) => title,
  ),
];

/** For programs, and for spreadsheets, which take 3/4 for the fourth of March. */
const csvColumns: readonly Column<ServiceLine>[] = [
  name,
  ...(['healthy', 'unhealthy', 'unknown', 'total'] as const).map((key) => ({
    title: key.toUpperCase(),
    text: (line: ServiceLine) => String(line[key]),
  })),
  ...spread('CPU', ({ cpu }) => cpu),
  ...spread('MEMORY', ({ memory }) => memory),
];
