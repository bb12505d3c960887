/** The fleet service by service: how many servers are healthy, and how CPU and memory are spread among them. */
import { byService, type ServiceLine } from '../services/by-service.ts';
import type { Spread } from '../services/statistics.ts';
import { type CommandModule, Exit, type Io } from './command.ts';
import { type Column, screenOf } from './print.ts';
import { type FleetRead, withFleet } from './services/fleet.ts';
import { jsonLine, rendered } from './services/formats.ts';
import { noSuchService, ofEmptyServices, ofNoService, unknownAmong } from './services/notes.ts';
import { type FleetOptions, formatOf, withFleetOptions } from './services/options.ts';
import { shareText } from './services/server-columns.ts';

const shape = `
Over all servers of which the value could be read. The median of an even number is the mean of the two in the middle; p95 is
by nearest rank: the least measured value that 95% do not exceed. Exit 1 where a server of the fleet could not be read;
3 where the fleet can't be reached.
JSON: {services: [{service | null, healthy, unhealthy, unknown, total, cpu: SPREAD | null, memory: SPREAD | null}],
  unknown: how many servers of the whole fleet are}; SPREAD: {mean, median, p95, min, max}, shares: 0.74 is 74%.
  A service of null holds the servers of which not even that could be read; one whose nodes have all left has a total of 0.`;

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

const tell = (io: Io, fleet: FleetRead, options: Options): Exit => {
  const { service } = options;
  const services = byService(fleet.lines, fleet.empty).filter(
    (line) => service === undefined || line.service === service,
  );
  const format = formatOf(options);
  const unknown = unknownAmong(fleet.lines);
  if (format === 'json') io.out.write(jsonLine({ services, unknown }));
  else if (format === 'table' && services.length === 0) io.out.write('no services\n');
  else
    io.out.write(
      rendered(services, format === 'table' ? tableColumns : namedColumns, format, screenOf(io.out, io.env)),
    );
  const missing = noSuchService(fleet, service);
  const empty = ofEmptyServices(fleet, service);
  for (const note of [...missing, ...empty, ...ofNoService(fleet.lines)]) io.err.write(`! ${note}\n`);
  const isNobody = missing.length > 0 || (service !== undefined && empty.length > 0);
  return unknown > 0 || isNobody ? Exit.bad : Exit.fine;
};

const name: Column<ServiceLine> = { title: 'SERVICE', text: ({ service }) => service ?? '' };

type Which = 'first-says' | 'each-says';

/** Where only the first of five says of what they are, a person sees it from that; programs want names of their own. */
const spread = (
  what: 'CPU' | 'MEMORY',
  of: (line: ServiceLine) => Spread | null,
  which: Which,
): readonly Column<ServiceLine>[] =>
  (['mean', 'median', 'p95', 'min', 'max'] as const).map((key) => ({
    title: key === 'mean' || which === 'each-says' ? `${what} ${key.toUpperCase()}` : key.toUpperCase(),
    text: (line) => shareText(of(line)?.[key]),
    align: 'right',
  }));

const spreads = (which: Which): readonly Column<ServiceLine>[] => [
  ...spread('CPU', ({ cpu }) => cpu, which),
  ...spread('MEMORY', ({ memory }) => memory, which),
];

const tableColumns: readonly Column<ServiceLine>[] = [
  name,
  {
    title: 'HEALTHY',
    text: ({ healthy, total }) => `${healthy}/${total}`,
    colour: ({ healthy, total, unhealthy }) =>
      total === 0 || unhealthy > 0 ? 'red' : healthy === total ? 'green' : 'yellow',
    align: 'right',
  },
  ...spreads('first-says'),
];

/** CSV and Markdown: as JSON names them. Spreadsheets take 3/4 for the fourth of March. */
const namedColumns: readonly Column<ServiceLine>[] = [
  name,
  ...(['healthy', 'unhealthy', 'unknown', 'total'] as const).map(
    (key): Column<ServiceLine> => ({ title: key.toUpperCase(), text: (line) => String(line[key]), align: 'right' }),
  ),
  ...spreads('each-says'),
];
