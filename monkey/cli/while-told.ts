import type { Io } from './command.ts';

/** People are told of what takes longer than this, then every so often. */
const quietMs = 2_000;

/** Waits for something, and tells on stderr that it goes on. */
export const whileTold = async <T>(
  io: Pick<Io, 'err'>,
  what: string,
  seconds: number,
  wait: () => Promise<T>,
): Promise<T> => {
  const startedMs = performance.now();
  let told = '';
  const tell = (): void => {
    const gone = Math.round((performance.now() - startedMs) / 1_000);
    const left = Math.max(0, Math.ceil(seconds - gone));
    const line = `${what}: ${left > 0 ? `${left} s left` : 'taking it over'}\n`;
    if (line !== told) io.err.write(line);
    told = line;
  };
  const timer = setInterval(tell, quietMs);
  try {
    return await wait();
  } finally {
    clearInterval(timer);
  }
};
