/** One GET of an inventory. */
import { Agent, type IncomingMessage, request as plainRequest } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { codeOf, messageOf } from '../../../pool/thrown.ts';
import { formatMs } from '../../../pool/units.ts';
import { OutOfTime, within } from '../../../pool/within.ts';
import type { Read } from './answers.ts';

export interface Limits {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly bodyMost: number;
}

/** Keeps connections where the other side does, up to `most` of them; whoever opens it destroys it. */
export const newAgent = ({ protocol }: URL, most: number): Agent => {
  const options = { keepAlive: true, maxSockets: most, maxFreeSockets: most };
  return protocol === 'https:' ? new TlsAgent(options) : new Agent(options);
};

/** Is there a connection that nobody uses now? Then a question opens none. */
export const hasKept = ({ freeSockets }: Agent): boolean =>
  Object.values(freeSockets).some((sockets) => sockets !== undefined && sockets.length > 0);

/** The body of a 200. Follows no redirect: what another server says is not what this one lists. */
export const get = async (url: URL, agent: Agent, limits: Limits): Promise<Read<string>> => {
  try {
    return await within(limits, (signal) => bodyOf(url, agent, limits.bodyMost, signal));
  } catch (error) {
    if (error instanceof OutOfTime)
      return error.code === 'stopped'
        ? failed('was not read: stopped', false)
        : failed(`did not answer within ${formatMs(limits.deadlineMs)}`, true);
    const code = codeOf(error) ?? messageOf(error);
    return failed(wordsFor(code), !hopeless.has(code));
  }
};

const bodyOf = (url: URL, agent: Agent, most: number, signal: AbortSignal): Promise<Read<string>> =>
  new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
    const headers = { accept: 'application/json', 'user-agent': 'doctor-monkey' };
    const asked = send(url, { agent, headers, signal }, (response) => {
      response.on('error', reject);
      const { statusCode = 0 } = response;
      if (statusCode === 200) take(response, most, resolve);
      else {
        resolve(failed(statusText(statusCode), passingStatuses.has(statusCode)));
        // What it says beside is not read: a connection costs less than waiting for it.
        asked.destroy();
      }
    });
    asked.on('error', reject);
    asked.end();
  });

const take = (response: IncomingMessage, most: number, resolve: (read: Read<string>) => void): void => {
  const parts: Buffer[] = [];
  let bytes = 0;
  response.on('data', (part: Buffer) => {
    bytes += part.length;
    if (bytes <= most) parts.push(part);
    else {
      resolve(failed(`answered more than ${most / 1_024} KiB`, false));
      response.destroy();
    }
  });
  response.on('end', () => resolve({ kind: 'read', value: Buffer.concat(parts).toString('utf8') }));
};

const failed = (because: string, passing: boolean): Read<never> => ({ kind: 'failed', because, passing });

const statusText = (status: number): string =>
  status === 400 || status === 404 ? `answered ${status}: it does not know this` : `answered ${status}`;

/** What a server says that can not just now: https://www.rfc-editor.org/rfc/rfc9110#section-15 */
const passingStatuses: ReadonlySet<number> = new Set([408, 425, 429, 500, 502, 503, 504]);

const wordsFor = (code: string): string => {
  if (code.startsWith('HPE_')) return 'answered what is no HTTP';
  return words[code] ?? `could not be asked: ${code}`;
};

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses the connection',
  ECONNRESET: 'closed the connection without a whole answer',
  EHOSTUNREACH: 'has no route that leads to it',
  ENETUNREACH: 'has no network that leads to it',
  ENOTFOUND: 'has a name without an address',
  EAI_AGAIN: 'has a name that the name server does not know now',
  ETIMEDOUT: 'does not take the connection',
};

/** A name that is not there, a certificate that is wrong: the next moment changes nothing. */
const hopeless: ReadonlySet<string> = new Set([
  'ENOTFOUND',
  'EPROTO',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);
