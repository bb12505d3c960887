/**
 * Runs one command line: finds the command, loads it, and turns every way it can end into an exit code and, where
 * it failed, one sentence.
 */
import { Command } from 'commander';
import { suggest } from '../../pool/suggest.ts';
import { CommandFailed, Exit, type Io } from './command.ts';
import type { Entry } from './commands.ts';
import { asksForJson, tellFailure } from './failure.ts';
import { version } from './version.ts';

type Commands = Readonly<Record<string, Entry>>;

/** @param argv what stands after the program's name */
export const run = async (argv: readonly string[], io: Io, commands: Commands): Promise<Exit> => {
  try {
    return await dispatch(globalsLast(argv), io, commands);
  } catch (error) {
    return tellFailure(error, argv, io);
  }
};

const dispatch = async (argv: readonly string[], io: Io, commands: Commands): Promise<Exit> => {
  const program = newProgram(io, asksForJson(argv));
  const asked = argv[0] === 'help' ? argv[1] : argv[0];
  if (asked !== undefined && !asked.startsWith('-') && !Object.hasOwn(commands, asked))
    throw new CommandFailed(unknownCommand(asked, Object.keys(commands)), Exit.usage);
  let exit: Exit = Exit.fine;
  for (const [name, { about, group, load }] of Object.entries(commands)) {
    const command = program.command(name).description(about).helpGroup(`${group}:`);
    if (asked === name) (await load()).configure(command, io, (code) => (exit = code));
  }
  if (argv.length === 0) {
    io.err.write(program.helpInformation());
    return Exit.usage;
  }
  await program.parseAsync(argv, { from: 'user' });
  return exit;
};

const newProgram = (io: Io, json: boolean): Command =>
  new Command('monkey')
    .description('Keeps a pool of servers healthy without a human, and proves it by breaking them.')
    .usage('COMMAND [options]')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this, or what a command knows')
    .helpCommand('help [command]', 'print what a command knows')
    .addHelpText('after', exits)
    .exitOverride()
    .hook('preAction', (_program, command) => refuseTwoFormats(command))
    .configureOutput({
      writeOut: (text) => io.out.write(text),
      writeErr: (text) => io.err.write(text),
      // Programs are told in JSON, once, by whoever catches it.
      outputError: (text, write) => (json ? undefined : write(text.replace(/^error: /, 'monkey: '))),
    });

/** `--json` is `--output json`; beside another format one of the two was not meant, and nobody can say which. */
const refuseTwoFormats = (command: Command): void => {
  const { json, output } = command.opts<{ readonly json?: true; readonly output?: string }>();
  const isFormat = command.options.find(({ long }) => long === '--output')?.argChoices?.includes('json');
  const isTyped = command.getOptionValueSource('output') === 'cli';
  if (json === true && isFormat === true && isTyped && output !== 'json')
    throw new CommandFailed(
      `--json is --output json: it does not go with --output ${output}; give one of them`,
      Exit.usage,
    );
};

const exits = `
Exit: 0 fine, 1 the answer is bad (unhealthy, failed, refused), 2 wrong usage or configuration,
      3 could not reach what it needs. Under --json whatever fails ends stdout with a line {error: {kind, because, exit}};
      kind: failed, usage, configuration, unreachable, denied, bug. A bad answer (exit 1) is no failure: it has no error.`;

const unknownCommand = (asked: string, known: readonly string[]): string => {
  const near = suggest(asked, known);
  return `no command ${JSON.stringify(asked)}; ${near === undefined ? 'monkey --help names them all' : `did you mean ${near}?`}`;
};

/** `monkey --json nodes` is `monkey nodes --json`. */
const globalsLast = (argv: readonly string[]): readonly string[] => {
  const count = argv[0] === '--json' || /^--(config|output)=/.test(argv[0] ?? '') ? 1 : isGlobal(argv[0]) ? 2 : 0;
  return count === 0 || argv.length <= count ? argv : [...globalsLast(argv.slice(count)), ...argv.slice(0, count)];
};

const isGlobal = (word: string | undefined): boolean => word === '--config' || word === '--output';
