import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { codeOf, messageOf } from '../../pool/thrown.ts';

export interface Answer {
  readonly status: number;
  readonly body: string;
  /** Bytes of the body; at most `bodyAtMost`. */
  readonly bytes: number;
  /** Was there more than that? */
  readonly cut: boolean;
  readonly ms: number;
}

export const bodyAtMost = 1_048_576;

/**
 * GETs a path of a node over a connection of its own. Follows no redirect: another server's answer would prove
 * nothing. Reads at most 1 MiB. Rejects with a sentence when there is no whole answer.
 */
export const httpGet = (base: URL, path: string, signal: AbortSignal): Promise<Answer> => {
  const started = performance.now();
  const url = urlOf(base, path);
  const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const headers = { accept: '*/*', connection: 'close', 'user-agent': 'doctor-monkey' };
    const asked = send(url, { method: 'GET', headers, signal, agent: false }, (response) => {
      const parts: Buffer[] = [];
      let bytes = 0;
      const finish = (cut: boolean): void => {
        const body = Buffer.concat(parts).subarray(0, bodyAtMost);
        const ms = performance.now() - started;
        resolve({ status: response.statusCode ?? 0, body: body.toString('utf8'), bytes: body.length, cut, ms });
      };
      response.on('data', (part: Buffer) => {
        parts.push(part);
        bytes += part.length;
        if (bytes <= bodyAtMost) return;
        finish(true);
        asked.destroy();
      });
      response.on('end', () => finish(false));
      response.on('error', (error) => reject(failure(error, url, `in the middle of the answer`)));
    });
    asked.on('error', (error) => reject(failure(error, url, 'before an answer')));
    asked.end();
  });
};

/** The path stays on its node, whatever it looks like: `//elsewhere/x` is a path too. */
const urlOf = (base: URL, path: string): URL => {
  const url = new URL(base.origin);
  const question = path.indexOf('?');
  url.pathname = `${base.pathname.replace(/\/+$/, '')}${question < 0 ? path : path.slice(0, question)}`;
  url.search = question < 0 ? '' : path.slice(question);
  return url;
};

/** What went wrong and where, in words. */
export const failure = (error: unknown, where: URL | string, when: string): Error => {
  const place = typeof where === 'string' ? where : where.host;
  const code = codeOf(error) ?? messageOf(error);
  return new Error(`${words[code] ?? `${code} from`} ${place}${words[code] === undefined ? ` ${when}` : ''}`, {
    cause: error,
  });
};

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused by',
  ECONNRESET: 'connection reset by',
  EHOSTUNREACH: 'no route to',
  ENETUNREACH: 'no network to',
  ENOTFOUND: 'no address for',
  EAI_AGAIN: 'the name server does not know now about',
  ETIMEDOUT: 'no answer from',
  ABORT_ERR: 'no whole answer in time from',
};
