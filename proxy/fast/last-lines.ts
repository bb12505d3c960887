/** The last lines of an answer's head. */

export const closeLines = 'Connection: close\r\n\r\n';

/** Tells a client for how long its connection is kept, as Node's server does. */
export const keptLines = (keepAliveMs: number): string =>
  `Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(keepAliveMs / 1_000)}\r\n\r\n`;

/** Raw headers, name and value in turn, as lines; most often there are none. */
export const linesOf = (raw: readonly string[]): string => {
  let lines = '';
  for (let at = 0; at + 1 < raw.length; at += 2) lines += `${raw[at] ?? ''}: ${raw[at + 1] ?? ''}\r\n`;
  return lines;
};
