/** How a process ends whose own words cannot be written any more: in order, and without a stack trace. */
import { Exit } from './command.ts';

export interface Ending {
  /** Stops whatever is under way. */
  readonly stop: (because: string) => void;
  /** How the process ends, whatever the command says afterwards. */
  readonly exitWith: (exit: Exit) => void;
}

interface Streams {
  readonly out: NodeJS.WriteStream;
  readonly err: NodeJS.WriteStream;
}

/**
 * `monkey nodes | head -1`, or a terminal that was closed: whoever reads has seen enough. Anything else (a full disk)
 * has cost the answer, which is said, where that can be said.
 */
export const endWithStreams = ({ out, err }: Streams, { stop, exitWith }: Ending): void => {
  let isLost = false;
  const lose = (error: NodeJS.ErrnoException, say: (code: string) => void): void => {
    const code = error.code ?? error.message;
    if (code !== 'EPIPE' && code !== 'EIO' && !isLost) {
      isLost = true;
      exitWith(Exit.unreachable);
      say(code);
    }
    stop(code);
  };
  out.on('error', (error: NodeJS.ErrnoException) =>
    lose(error, (code) => err.write(`monkey: stdout can't be written: ${wordsOf(code)}\n`)),
  );
  err.on('error', (error: NodeJS.ErrnoException) => lose(error, () => undefined));
};

const wordsOf = (code: string): string => (code === 'ENOSPC' ? 'no space is left (ENOSPC)' : code);
