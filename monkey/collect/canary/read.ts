import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { within } from '../../../pool/within.ts';
import type { CanaryReading } from './judge.ts';
import { type CanaryPlace, graphitePath, placeText } from './place.ts';

/** Every value at a JSONPath of a JSON text; throws where the text is no JSON or the path is refused. */
export type ValuesAt = (path: string, text: string) => readonly unknown[];

/** Graphite that hangs is given up by then, whatever whoever asks would wait. */
const deadlineMostMs = 10_000;
const bytesMost = 1_048_576;

/**
 * Looks for the canary's values. Never throws: what goes wrong is a reading. One request of 10 s and 1 MiB at most,
 * or of the shorter time that is given, over a
 * connection of its own; redirects are not followed, since they could lead anywhere.
 */
export const readCanary = async (
  { url, path }: CanaryPlace,
  valuesAt: ValuesAt,
  signal: AbortSignal,
  waitMs: number = deadlineMostMs,
): Promise<CanaryReading> => {
  const where = path === graphitePath ? placeText(url) : `${placeText(url)} at ${path}`;
  const deadlineMs = Math.min(waitMs, deadlineMostMs);
  try {
    const text = await within({ deadlineMs, signal }, (ending) => get(url, ending));
    const found = valuesAt(path, text).filter((value) => value !== null);
    const values = found.map(numberOf).filter((value) => !Number.isNaN(value));
    if (found.length > 0 && values.length === 0)
      return { kind: 'failed', because: `what is at ${path} of ${placeText(url)} are no numbers` };
    return { kind: 'values', values, where };
  } catch (error) {
    const because = error instanceof SyntaxError ? 'its answer is no JSON' : textOf(error);
    return { kind: 'failed', because: `${where}: ${because}` };
  }
};

const get = (url: URL, signal: AbortSignal): Promise<string> =>
  new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
    const headers = { accept: 'application/json', connection: 'close', 'user-agent': 'doctor-monkey' };
    const asked = send(url, { headers, signal, agent: false }, (response) => {
      const parts: Buffer[] = [];
      let bytes = 0;
      response.on('error', reject);
      response.on('data', (part: Buffer) => {
        parts.push(part);
        bytes += part.length;
        if (bytes > bytesMost) asked.destroy(new Error(`it answered with more than ${bytesMost} bytes`));
      });
      response.on('end', () => {
        if (response.statusCode === 200) resolve(Buffer.concat(parts).toString('utf8'));
        else reject(new Error(`it answered ${response.statusCode}, not 200`));
      });
    });
    asked.on('error', reject);
    asked.end();
  });

/** Some answer with numbers as texts, as Prometheus does. */
const numberOf = (value: unknown): number =>
  typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;

/** A connection refused at several addresses of a name has no message of its own. */
const textOf = (error: unknown): string => {
  if (error instanceof AggregateError) return error.errors.map(textOf).join(', ');
  return error instanceof Error ? error.message : String(error);
};
