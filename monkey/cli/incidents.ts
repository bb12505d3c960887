import { InvalidArgumentError } from 'commander';
import type { Incident } from '../../pool/store.ts';
import { formatMs } from '../../pool/units.ts';
import { CommandFailed, type CommandModule, Exit, type Io } from './command.ts';
import { curesAnswer, curesText } from './incidents-cures.ts';
import { type DrawOptions, draw, drawnFormats, evidenceLines, evidenceOf } from './incidents-evidence.ts';
import { type OpenPool, withPool } from './pool-command.ts';
import { type Colour, type Column, harmless, paint, type Screen, screenOf, table } from './print.ts';
import { type CommonOptions, wantsJson, withPoolOptions } from './settings.ts';

const shape = `
JSON: without an id {incidents: [INCIDENT]}, newest first; with one, INCIDENT:
  {id, node, openedMs, outcome | null, entries: [{step, because, atMs, detail?, outcome?}],
   evidence: {node, profile?, healthy?, journal?, oom?, missing} | null}; evidence with an id only
  with --cures {incidents, sinceMs | null, cures: [{finding, remedy, tried, cured, relapsed, failed, open}]}
  Times are milliseconds since 1970 by the clock of Redis.`;

interface Options extends CommonOptions, DrawOptions {
  readonly last: number;
  readonly cures?: true;
}

export const configure: CommandModule['configure'] = (command, io, done) => {
  withPoolOptions(command)
    .argument('[id]', 'tell the whole story of this one; the beginning of its id is enough')
    .option('--last <number>', 'how many to list', wholeNumber, 20)
    .option('--cures', 'how often each remedy has cured each finding, in all incidents that are kept')
    .option('--flame <file>', 'with an id: draw what the node was doing, as SVG; - for stdout')
    .option('--diff <file>', 'with an id: draw how that differs from a healthy node, as SVG; - for stdout')
    .addOption(command.createOption('--format <format>', 'of --flame').choices(drawnFormats).default('svg'))
    .addHelpText('after', shape)
    .action(async (id: string | undefined, options: Options) => {
      if (id !== undefined && options.cures === true)
        throw new CommandFailed('--cures is about all incidents; leave the id out', Exit.usage);
      if (id === undefined && draws(options))
        throw new CommandFailed('--flame and --diff are about one incident; say which', Exit.usage);
      await withPool(io, options, async (pool) => {
        const text =
          options.cures === true
            ? await cures(pool, options, io)
            : id === undefined
              ? await listed(pool, options, io)
              : await one(pool, id, options, io);
        if (text !== undefined) io.out.write(`${text}\n`);
      });
      done(Exit.fine);
    });
};

const draws = ({ flame, diff }: DrawOptions): boolean => flame !== undefined || diff !== undefined;

const cures = async ({ store, limits }: OpenPool, options: Options, io: Io): Promise<string> => {
  const answer = curesAnswer(await store.incidents(mostListed, limits()), (await store.view(limits())).nowMs);
  return wantsJson(options) ? json(answer) : curesText(answer, screenOf(io.out, io.env));
};

const listed = async ({ store, limits }: OpenPool, options: Options, io: Io): Promise<string> => {
  const incidents = await store.incidents(options.last, limits());
  return wantsJson(options) ? json({ incidents: incidents.map(shapeOf) }) : list(incidents, screenOf(io.out, io.env));
};

/** The answer; undefined where pictures were asked for, and drawn. */
const one = async (pool: OpenPool, id: string, options: Options, io: Io): Promise<string | undefined> => {
  const { store, limits } = pool;
  const incident = (await store.incident(id, limits())) ?? byPrefix(id, await store.incidents(mostListed, limits()));
  const evidence = await evidenceOf(pool, incident);
  if (draws(options)) {
    await draw(io, incident, evidence, options);
    return undefined;
  }
  if (wantsJson(options)) return json({ ...shapeOf(incident), evidence: evidence ?? null });
  const screen = screenOf(io.out, io.env);
  return [story(incident, screen), ...evidenceLines(incident, evidence, screen)].join('\n');
};

/** The pool keeps no more than this. */
const mostListed = 1_000;

const wholeNumber = (text: string): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= mostListed) return value;
  throw new InvalidArgumentError(`a whole number from 1 to ${mostListed}, please.`);
};

const byPrefix = (id: string, incidents: readonly Incident[]): Incident => {
  const [found, another] = incidents.filter((incident) => incident.id.startsWith(id));
  if (found === undefined) throw new CommandFailed(`no incident ${id}; monkey incidents lists them`, Exit.bad);
  if (another !== undefined) throw new CommandFailed(`more than one incident begins with ${id}`, Exit.bad);
  return found;
};

const json = (value: unknown): string => JSON.stringify(value);

const shapeOf = ({ id, node, openedMs, outcome, entries }: Incident) => ({
  ...{ id, node, openedMs },
  outcome: outcome ?? null,
  entries,
});

const list = (incidents: readonly Incident[], screen: Screen): string =>
  incidents.length === 0 ? 'nothing has happened' : table(incidents, columns, screen).join('\n');

const outcomeColours: Readonly<Record<string, Colour>> = { healed: 'green', quarantined: 'red', lost: 'red' };

const columns: readonly Column<Incident>[] = [
  { title: 'INCIDENT', text: ({ id }) => id },
  { title: 'NODE', text: ({ node }) => node },
  { title: 'OPENED', text: ({ openedMs }) => new Date(openedMs).toISOString().slice(0, 19).replace('T', ' ') },
  { title: 'LASTED', text: (incident) => lasted(incident), align: 'right' },
  {
    title: 'OUTCOME',
    text: ({ outcome }) => outcome ?? 'under way',
    colour: ({ outcome }) => (outcome === undefined ? 'yellow' : outcomeColours[outcome]),
  },
  { title: 'FOUND', text: ({ entries }) => entries[0]?.because ?? '', gives: true },
];

const lasted = ({ openedMs, entries, outcome }: Incident): string => {
  const last = entries.at(-1);
  return outcome === undefined || last === undefined ? '' : formatMs(last.atMs - openedMs);
};

/** What a human passed over; whoever reads the story at night must not take it for what guards have allowed. */
const forcedText = (detail: Incident['entries'][number]['detail']): string => {
  const forced = detail?.['forced'];
  return Array.isArray(forced) && forced.length > 0 ? `; with --force, against ${forced.map(String).join(', ')}` : '';
};

/** One line a step, with the time since the incident began. */
const story = (incident: Incident, screen: Screen): string => {
  const { id, node, openedMs, outcome, entries } = incident;
  const title = `${paint(harmless(id), 'bold', screen)}: ${harmless(node)}, ${new Date(openedMs).toISOString()}, ${outcome ?? 'under way'}`;
  const steps = table(
    entries,
    [
      { title: 'AFTER', text: ({ atMs }) => formatMs(atMs - openedMs), align: 'right' },
      { title: 'STEP', text: ({ step }) => step, colour: () => 'blue' },
      { title: 'WHY', text: ({ because, detail }) => `${because}${forcedText(detail)}`, gives: true },
    ],
    screen,
  );
  return [title, '', ...steps].join('\n');
};
