/**
 * How a command that failed says so: one sentence on stderr for people; for programs, who asked for JSON, one object on
 * stdout. Either way the exit code says of which kind it is.
 *
 * INVARIANT: whatever fails under --json, and however, the last line of stdout is an object whose `error` is a
 * {@link TellableError}. Beside it may stand what the command has to say all the same. An answer that is bad (exit 1: servers that
 * are unhealthy, policies that differ) is no failure and has none.
 */
import { CommanderError } from 'commander';
import { PoolAway, PoolDenied } from '../../pool/store.ts';
import { BadConfiguration, CommandFailed, Exit, type Io } from './command.ts';

/** What programs are told of a failure, by every command alike. */
export interface TellableError {
  /** Names the kind. */
  readonly kind: 'failed' | 'usage' | 'configuration' | 'unreachable' | 'denied' | 'bug';
  readonly because: string;
  /** The exit code of the command. */
  readonly exit: Exit;
}

interface Failure extends TellableError {
  /** As it is written for people. */
  readonly text: string;
}

/** Undefined where nothing failed: help was asked for, say. */
const failureOf = (error: unknown): Failure | undefined => {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return undefined;
    // Commander has told people itself.
    return { exit: Exit.usage, kind: 'usage', because: error.message.replace(/^error: /, ''), text: '' };
  }
  if (error instanceof BadConfiguration)
    return { exit: error.exit, kind: 'configuration', because: error.message, text: `${error.message}\n` };
  if (error instanceof CommandFailed) {
    const kinds = { [Exit.usage]: 'usage', [Exit.unreachable]: 'unreachable' } as const;
    const kind = error.exit === Exit.usage || error.exit === Exit.unreachable ? kinds[error.exit] : 'failed';
    return { exit: error.exit, kind, because: error.message, text: `monkey: ${error.message}\n` };
  }
  if (error instanceof PoolDenied)
    return { exit: Exit.usage, kind: 'denied', because: error.message, text: `monkey: ${error.message}\n` };
  if (error instanceof PoolAway)
    return { exit: Exit.unreachable, kind: 'unreachable', because: error.message, text: `monkey: ${error.message}\n` };
  const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { exit: Exit.bad, kind: 'bug', because: said, text: `monkey: this is a bug: ${said}\n` };
};

/** Tells it to whoever asked, and says how the command ends. */
export const tellFailure = (error: unknown, argv: readonly string[], io: Pick<Io, 'out' | 'err'>): Exit => {
  const failure = failureOf(error);
  if (failure === undefined) return Exit.fine;
  const { exit, kind, because, text } = failure;
  if (asksForJson(argv)) io.out.write(`${JSON.stringify(withError({}, { kind, because, exit }))}\n`);
  else io.err.write(text);
  return exit;
};

/** The answer of a command that failed, if it has one, as programs read it. */
export const withError = <T extends object>(answer: T, { kind, because, exit }: TellableError) => ({
  ...answer,
  error: { kind, because, exit },
});

/** Read off the words themselves, since what failed may be the reading of the command line. */
export const asksForJson = (argv: readonly string[]): boolean => {
  const words = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  return words.some(
    (word, index) =>
      word === '--json' || word === '--output=json' || (word === '--output' && words[index + 1] === 'json'),
  );
};
