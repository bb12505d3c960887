/** Services that have too few healthy servers. */
import { type ShortService, shortServices } from '../services/by-service.ts';
import { type CommandModule, Exit, type Io } from './command.ts';
import { type Column, screenOf } from './print.ts';
import { type FleetRead, withFleet } from './services/fleet.ts';
import { jsonLine, rendered } from './services/formats.ts';
import { counted, leftText, ofNoService, unknownAmong } from './services/notes.ts';
import { type FleetOptions, formatOf, wholeNumber, withFleetOptions } from './services/options.ts';

const shape = `
A server that could not be read counts as not healthy. Exit 1 where a service is short, or where a server of the fleet could
not be read; 3 where the fleet can't be reached.
JSON: {minHealthy, services: [{service, healthy, total, servers: [those that are not healthy, as monkey services tells
  them], nodesLeft}], unknown: how many servers of the whole fleet are}.`;

interface Options extends FleetOptions {
  readonly minHealthy: number;
  readonly service?: string;
}

export const configure: CommandModule['configure'] = (command, io, done) => {
  withFleetOptions(command)
    .option(
      '--min-healthy <number>',
      'a service with fewer healthy servers than this is told',
      wholeNumber(1, 100_000),
      2,
    )
    .option('--service <name>', 'only this service, which is told also where there is no server of it at all')
    .addHelpText('after', shape)
    .action(async (options: Options) => {
      const fleet = await withFleet(io, options, ({ read }) => read());
      done(tell(io, fleet, options));
    });
};

const tell = (io: Io, { lines, empty }: FleetRead, options: Options): Exit => {
  const { minHealthy, service } = options;
  const short = shortServices(lines, { minHealthy, named: service, empty });
  const format = formatOf(options);
  const unknown = unknownAmong(lines);
  if (format === 'json') io.out.write(jsonLine({ minHealthy, services: short, unknown }));
  else if (format === 'table' && short.length === 0)
    io.out.write(
      `no ${service === undefined ? 'known ' : ''}service has fewer than ${counted(minHealthy, 'healthy server')}\n`,
    );
  else
    io.out.write(rendered(short, format === 'table' ? tableColumns : namedColumns, format, screenOf(io.out, io.env)));
  for (const note of ofNoService(lines)) io.err.write(`! ${note}\n`);
  // A fleet without servers is not a healthy one: who looks from cron must hear of it.
  if (lines.length === 0) io.err.write('! there is no server at all\n');
  return short.length > 0 || unknown > 0 || lines.length === 0 ? Exit.bad : Exit.fine;
};

const service: Column<ShortService> = { title: 'SERVICE', text: (short) => short.service };

const why: Column<ShortService> = { title: 'WHY', text: (short) => whyOf(short), gives: true };

const tableColumns: readonly Column<ShortService>[] = [
  service,
  { title: 'HEALTHY', text: ({ healthy, total }) => `${healthy}/${total}`, colour: () => 'red', align: 'right' },
  why,
];

/** CSV and Markdown: as JSON names them. Spreadsheets take 1/4 for a day in January. */
const namedColumns: readonly Column<ShortService>[] = [
  service,
  { title: 'HEALTHY', text: ({ healthy }) => String(healthy), align: 'right' },
  { title: 'TOTAL', text: ({ total }) => String(total), align: 'right' },
  why,
];

const serversMost = 3;

const whyOf = ({ servers, total, nodesLeft }: ShortService): string => {
  if (nodesLeft > 0) return leftText({ nodesLeft });
  if (total === 0) return 'there is no server of it';
  if (servers.length === 0) return 'there are no more';
  const told = servers.slice(0, serversMost).map(({ address, because }) => `${address} ${because ?? ''}`);
  const more = servers.length - told.length;
  return [...told, ...(more === 0 ? [] : [`and ${more} more`])].join('; ');
};
