/**
 * The instance metadata service, version 2: a token first, then what is asked for. Source: "Use the Instance Metadata
 * Service to access instance metadata" in the EC2 user guide.
 */
import { request } from 'node:http';
import type { Clock } from '../../pool/clock.ts';
import type { Limits } from '../../pool/store.ts';
import { messageOf } from '../../pool/thrown.ts';
import { within } from '../../pool/within.ts';

export interface Imds {
  /** Throws ImdsAway where it cannot be had in time. */
  readonly instanceId: (limits: Limits) => Promise<string>;
  /** The region that the machine is in, e.g. `eu-central-1`. Throws ImdsAway. */
  readonly region: (limits: Limits) => Promise<string>;
}

export interface ImdsOptions {
  readonly endpoint?: string | undefined;
  /** How long one try may take, in milliseconds. */
  readonly timeout?: number | undefined;
}

/** The metadata service gave no usable answer in time; the message says what it did instead. */
export class ImdsAway extends Error {
  readonly code = 'imds-away';
}

const usualEndpoint = 'http://169.254.169.254';
/** Answers are short; what is longer is not from a metadata service. */
const maxBytes = 4_096;
const firstPauseMs = 100;
const longestPauseMs = 2_000;

export const imds = (
  { endpoint = usualEndpoint, timeout: oneTryMs = 1_000 }: ImdsOptions,
  { clock }: { readonly clock: Clock },
): Imds => {
  const ask = (path: string, form: RegExp, limits: Limits): Promise<string> =>
    untilAnswered(clock, oneTryMs, limits, (signal) => answer(endpoint, path, form, signal));
  return {
    instanceId: (limits) => ask('/latest/meta-data/instance-id', /^i-[0-9a-f]{8,17}$/, limits),
    region: (limits) => ask('/latest/meta-data/placement/region', /^[a-z][a-z0-9-]{2,40}$/, limits),
  };
};

/** Tries again, ever less often, until there is an answer or the time is over: at boot the service may come late. */
const untilAnswered = async (
  clock: Clock,
  oneTryMs: number,
  limits: Limits,
  once: (signal: AbortSignal) => Promise<string>,
): Promise<string> => {
  let last = 'was not asked';
  const tries = async (signal: AbortSignal): Promise<string> => {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        return await within({ deadlineMs: oneTryMs, signal }, once);
      } catch (error) {
        last = messageOf(error);
      }
      await clock.sleep(pauseMs, signal);
      signal.throwIfAborted();
    }
  };
  return within(limits, tries).catch((cause: unknown) => {
    throw new ImdsAway(`the instance metadata service: ${last}`, { cause });
  });
};

const answer = async (endpoint: string, path: string, form: RegExp, signal: AbortSignal): Promise<string> => {
  const tokenHeaders = { 'x-aws-ec2-metadata-token-ttl-seconds': '60' };
  const token = await fetchText('PUT', new URL('/latest/api/token', endpoint), tokenHeaders, signal);
  const text = await fetchText('GET', new URL(path, endpoint), { 'x-aws-ec2-metadata-token': token }, signal);
  if (!form.test(text)) throw new Error(`${path} is ${JSON.stringify(text.slice(0, 40))}`);
  return text;
};

const fetchText = (
  method: string,
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string> =>
  new Promise((resolve, reject) => {
    const asked = request(url, { method, headers, signal, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
        if (text.length <= maxBytes) return;
        reject(new Error(`${url.pathname} answered too much`));
        asked.destroy();
      });
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(text.trim());
        else reject(new Error(`${method} ${url.pathname} answered ${response.statusCode ?? 'nothing'}`));
      });
    });
    asked.on('error', reject);
    asked.end();
  });
