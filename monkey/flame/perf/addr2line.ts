/** What functions an address of a program belongs to, by binutils' addr2line: the inlined ones perf doesn't tell. */
import { execFileSync } from 'node:child_process';

const deadlineMs = 10_000;

/**
 * Asks addr2line about one address, which takes it from milliseconds to seconds; outermost first, empty where it knows
 * nothing. Throws where there is no addr2line.
 */
export const inlinedBy = (address: string, module: string): readonly string[] => {
  let said: string;
  try {
    said = execFileSync('addr2line', ['-a', address, '-e', module, '-i', '-f', '-s', '-C'], {
      encoding: 'latin1',
      timeout: deadlineMs,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw error;
    return [];
  }
  return functionsIn(said);
};

/** Two lines a function, innermost first: its name, and where it stands; before them the address itself. */
export const functionsIn = (said: string): readonly string[] => {
  const lines = said
    .split('\n')
    .slice(1)
    .filter((line) => line !== '');
  const names = lines.filter((_, index) => index % 2 === 0).reverse();
  return names.length === 0 || names.every((name) => name === '??')
    ? []
    : names.map((name) => name.replaceAll(';', ':'));
};
