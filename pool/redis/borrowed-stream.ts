/*
 * Asks for a transaction on a connection of the client library, past its reader of replies: that makes a text of each
 * value as it comes, which for the 70,000 of a big pool costs a cold process a quarter of a second.
 *
 * INVARIANTS
 * - The connection is nobody else's, and nothing is under way on it: who lends it awaits its answers.
 * - It is given back only after the whole answer has come. Where it does not, the connection is ended, and the library
 *   makes a new one: no answer is ever taken for that of another question.
 * - An answer of more than 256 MiB is none: that is more than a process may take into its memory unasked.
 */
import type { Duplex } from 'node:stream';
import { type Reply, repliesIn } from './resp.ts';

/**
 * The replies to these commands, made in one transaction; undefined: it was refused. Fails where the connection breaks or
 * the signal aborts first.
 */
export const transactionOn = async (
  stream: Duplex,
  commands: readonly (readonly string[])[],
  signal: AbortSignal,
): Promise<readonly Reply[] | undefined> => {
  // The time, put last, is all that an end can look like.
  const asked = [['multi'], ...commands, ['time'], ['exec']];
  const replies = await borrowed(stream, () => {
    const answer = repliesFrom(stream, asked.length, signal);
    stream.write(asked.map(inResp).join(''));
    return answer;
  });
  const done = replies.at(-1);
  return Array.isArray(done) && done.length === commands.length + 1 ? (done as readonly Reply[]) : undefined;
};

/** What listens to the stream does not hear what comes meanwhile. */
const borrowed = async <T>(stream: Duplex, use: () => Promise<T>): Promise<T> => {
  const listeners = stream.rawListeners('data') as ((chunk: unknown) => void)[];
  for (const listener of listeners) stream.off('data', listener);
  try {
    const answer = await use();
    for (const listener of listeners) stream.on('data', listener);
    return answer;
  } catch (error) {
    stream.destroy();
    throw error;
  }
};

const repliesFrom = (stream: Duplex, count: number, signal: AbortSignal): Promise<readonly Reply[]> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let tail = '';
  return new Promise<readonly Reply[]>((resolve, reject) => {
    const take = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > mostBytes) {
        fail(new Error(`the answer is longer than ${mostBytes} bytes`));
        return;
      }
      chunks.push(chunk);
      tail = (tail + chunk.toString('latin1', Math.max(0, chunk.length - longestEnd))).slice(-longestEnd);
      // Reading all of it anew with every chunk would take for ever: only what ends as an answer can is worth a look.
      const replies =
        endsWithTime.test(tail) || refused.test(tail) ? repliesIn(Buffer.concat(chunks), count) : undefined;
      if (replies === undefined) return;
      leave();
      resolve(replies);
    };
    const broke = (): void => fail(new Error('the connection broke'));
    const givenUp = (): void => fail(new Error('nobody waits any longer'));
    const fail = (error: Error): void => {
      leave();
      reject(error);
    };
    const leave = (): void => {
      stream.off('data', take).off('close', broke);
      signal.removeEventListener('abort', givenUp);
    };
    stream.on('data', take).on('close', broke);
    signal.addEventListener('abort', givenUp);
    if (signal.aborted) givenUp();
    if (stream.destroyed) broke();
  });
};

const endsWithTime = /\*2\r\n\$\d{1,2}\r\n\d+\r\n\$\d\r\n\d{1,6}\r\n$/;
const refused = /(?:^|\r\n)-[^\r\n]+\r\n$/;
const longestEnd = 600;
const mostBytes = 268_435_456;

const inResp = (command: readonly string[]): string =>
  `*${command.length}\r\n${command.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
