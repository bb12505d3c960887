import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { within } from '../../../pool/within.ts';

/** An address to send to: of a name's, the one that a metrics server most likely listens at. */
export interface Resolved {
  readonly kind: 'resolved';
  readonly address: string;
  readonly family: 4 | 6;
}

export type Resolution = Resolved | { readonly kind: 'unresolved'; readonly because: string };

/** The addresses of a name, as the system tells them. Rejects where it knows none. */
export type Lookup = (host: string) => Promise<readonly { readonly address: string; readonly family: number }[]>;

export const systemLookup: Lookup = (host) => lookup(host, { all: true });

const deadlineMs = 2_000;

/**
 * Asks once, for 2 s at most; never rejects. An address is its own answer. Of a name that has both families IPv4 is
 * taken: statsd listens on it unless told otherwise (`address_ipv6` in its exampleConfig.js), and UDP has no handshake by
 * which to find out.
 */
export const resolve = async (host: string, lookUp: Lookup, signal: AbortSignal): Promise<Resolution> => {
  const family = isIP(host);
  if (family !== 0) return { kind: 'resolved', address: host, family: family === 6 ? 6 : 4 };
  try {
    const found = await within({ deadlineMs, signal }, () => lookUp(host));
    const best = found.find((one) => one.family === 4) ?? found[0];
    if (best === undefined) return { kind: 'unresolved', because: `${host} has no address` };
    return { kind: 'resolved', address: best.address, family: best.family === 6 ? 6 : 4 };
  } catch (error) {
    return { kind: 'unresolved', because: `${host} could not be resolved: ${textOf(error)}` };
  }
};

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
