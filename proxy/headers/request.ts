/*
 * What a client's request becomes on its way to a node.
 *
 * INVARIANTS
 * - Where a request ends is said once: by one Content-Length or by `Transfer-Encoding: chunked`, never by both.
 * - Exactly one Host goes on, and it is the one that the client was understood by.
 * - Nothing that a client sends can remove what we say of it (X-Forwarded-*, Via).
 */
import { endsHere } from './hop-by-hop.ts';
import { isLookAlike } from './look-alike.ts';
import { valuesOf } from './raw-headers.ts';
import { reasons } from './reasons.ts';

export interface RawRequest {
  readonly method: string;
  readonly target: string;
  /** `1.0` or `1.1`. */
  readonly httpVersion: string;
  /** Flat list as it came: name, value, name, value. */
  readonly rawHeaders: readonly string[];
}

export interface Peer {
  readonly address: string;
  /** Is what the peer says of its own client believed? Asked only where it says something. */
  readonly isTrusted: () => boolean;
  /** It speaks TLS to us. */
  readonly isEncrypted?: boolean;
}

export type OutgoingHeaders = Record<string, string | string[]>;

export interface ForwardableRequest {
  readonly kind: 'forward';
  readonly method: string;
  /** Origin form, or `*`. */
  readonly target: string;
  /** The host that the client asked for, with its port if it said one; empty where it named none. */
  readonly host: string;
  readonly headers: OutgoingHeaders;
  readonly hasBody: boolean;
  /** Bytes of its body, where it says so itself. */
  readonly bodyBytes: number;
  /** The protocol that the client would switch to, in lower case. */
  readonly upgrade: string | undefined;
}

export interface RefusedRequest {
  readonly kind: 'refuse';
  readonly status: 400 | 501 | 508;
  readonly error: string;
  readonly because: string;
}

/**
 * Reads a request, or says why it is refused.
 *
 * @param pseudonym what this router calls itself in `Via`; a request that has already been here runs in a circle
 */
export const readRequest = (raw: RawRequest, peer: Peer, pseudonym: string): ForwardableRequest | RefusedRequest => {
  const found = sort(raw.rawHeaders);
  const place = targetOf(raw, found);
  if (place.kind === 'refuse') return place;
  const problem = framingProblem(raw, found) ?? circle(found, pseudonym);
  if (problem !== undefined) return problem;
  const { headers } = found;
  const isChunked = found.transferEncoding.length > 0;
  const bodyBytes = Number(found.contentLength[0] ?? 0);
  if (place.host !== undefined) headers['host'] = place.host;
  if (isChunked) headers['transfer-encoding'] = 'chunked';
  sayForwarded(headers, peer, place.host);
  const via = `${raw.httpVersion} ${pseudonym}`;
  headers['via'] = headers['via'] === undefined ? via : `${joined(headers['via'])}, ${via}`;
  return {
    kind: 'forward',
    method: raw.method,
    target: place.target,
    host: place.host ?? '',
    headers,
    hasBody: isChunked || bodyBytes > 0,
    bodyBytes,
    upgrade: found.upgrade[0]?.toLowerCase(),
  };
};

interface Sorted {
  readonly host: readonly string[];
  readonly contentLength: readonly string[];
  readonly transferEncoding: readonly string[];
  readonly upgrade: readonly string[];
  /** All that goes on, by name in lower case. Repeated headers stay repeated. */
  readonly headers: OutgoingHeaders;
}

const sort = (raw: readonly string[]): Sorted => {
  const isGone = endsHere(valuesOf(raw, 'connection'));
  const headers = new namesOnly();
  const host: string[] = [];
  const contentLength: string[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase();
    const value = raw[at + 1] ?? '';
    if (name === 'host') host.push(value);
    else if (name === 'content-length') contentLength.push(value);
    // A client that waits for permission to send its body gets it from us, once a node is there to take it.
    if (name !== 'expect' && !isGone(name) && !isLookAlike(name)) add(headers, name, value);
  }
  const transferEncoding = valuesOf(raw, 'transfer-encoding');
  return { host, contentLength, transferEncoding, upgrade: valuesOf(raw, 'upgrade'), headers };
};

/**
 * Nothing is inherited, so that `__proto__` and `constructor` are names like any other. An object without a prototype would
 * do the same, but is a hash table to V8, and copying one, as http-proxy does, costs as much as all else there.
 */
function NamesOnly(this: OutgoingHeaders): void {
  // Empty: all is added by name.
}
NamesOnly.prototype = Object.create(null) as object;
const namesOnly = NamesOnly as unknown as new () => OutgoingHeaders;

const add = (headers: OutgoingHeaders, name: string, value: string): void => {
  const before = headers[name];
  if (before === undefined) headers[name] = value;
  else if (typeof before === 'string') headers[name] = [before, value];
  else before.push(value);
};

const refuse = (because: string): RefusedRequest => ({ kind: 'refuse', status: 400, error: 'bad-request', because });

type Place = { readonly kind: 'place'; readonly target: string; readonly host: string | undefined };

/** Where the request goes to: the host that counts, and the target in origin form (RFC 9112, 3.2). */
const targetOf = ({ target, httpVersion, method }: RawRequest, { host }: Sorted): Place | RefusedRequest => {
  // Node calls a line without a version 0.9 as well, so nobody knows here whether the target was not followed by one.
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return refuse(reasons.version);
  if (host.length > 1) return refuse(reasons.hosts);
  const [named] = host;
  if (named === undefined && httpVersion !== '1.0') return refuse(reasons.noHost);
  if (named === '') return refuse(reasons.hostEmpty);
  if (named !== undefined && !isHost(named)) return refuse(reasons.host);
  if (target.includes('#')) return refuse(reasons.targetFragment);
  if (target.startsWith('/')) return { kind: 'place', target, host: named };
  if (target === '*' && method === 'OPTIONS') return { kind: 'place', target, host: named };
  const absolute = /^https?:\/\/([^/?]*)(.*)/i.exec(target);
  const [, authority = '', rest = ''] = absolute ?? [];
  if (absolute === null) return refuse(target === '*' ? reasons.targetStar : reasons.targetPath);
  if (!isHost(authority)) return refuse(reasons.targetHost);
  return { kind: 'place', target: rest.startsWith('/') ? rest : `/${rest}`, host: authority };
};

/** A registered name or an address, and a port (RFC 3986, 3.2.2); not empty, because it is http (RFC 9110, 4.2.1). */
export const isHost = (text: string): boolean => /^(?:\[[0-9a-f:.]+\]|[\w.~%!$&'()*+;=-]+)(?::\d*)?$/i.test(text);

/** Two readings of where a message ends are how requests are smuggled: each doubt is an error. */
const framingProblem = (
  { httpVersion }: RawRequest,
  { contentLength, transferEncoding }: Sorted,
): RefusedRequest | undefined => {
  if (contentLength.length > 1) return refuse(reasons.lengths);
  if (transferEncoding.length === 0) {
    const [length] = contentLength;
    if (length === undefined || /^\d{1,15}$/.test(length)) return undefined;
    return refuse(/^\d+$/.test(length) ? reasons.lengthTooLarge : reasons.length);
  }
  if (httpVersion === '1.0') return refuse(reasons.encodingIn10);
  if (contentLength.length > 0) return refuse(reasons.lengthAndEncoding);
  if (transferEncoding.length === 1 && transferEncoding[0]?.toLowerCase() === 'chunked') return undefined;
  return { kind: 'refuse', status: 501, error: 'not-implemented', because: reasons.encoding };
};

const circle = ({ headers }: Sorted, pseudonym: string): RefusedRequest | undefined => {
  const via = headers['via'];
  if (
    via === undefined ||
    !joined(via)
      .split(/[\s,]+/)
      .includes(pseudonym)
  )
    return undefined;
  return { kind: 'refuse', status: 508, error: 'loop', because: 'the request has been here before' };
};

/** X-Forwarded-For grows by the peer; -Host and -Proto stay as a trusted peer said them, and are ours otherwise. */
const sayForwarded = (headers: OutgoingHeaders, peer: Peer, host: string | undefined): void => {
  const address = peer.address.startsWith('::ffff:') ? peer.address.slice(7) : peer.address;
  const before = joined(headers['x-forwarded-for'] ?? '');
  headers['x-forwarded-for'] = before === '' ? address : `${before}, ${address}`;
  const isSaid = headers['x-forwarded-host'] !== undefined || headers['x-forwarded-proto'] !== undefined;
  const isBelieved = isSaid && peer.isTrusted();
  if (!isBelieved || headers['x-forwarded-host'] === undefined) headers['x-forwarded-host'] = host ?? '';
  if (!isBelieved || headers['x-forwarded-proto'] === undefined)
    headers['x-forwarded-proto'] = peer.isEncrypted === true ? 'https' : 'http';
};

const joined = (value: string | readonly string[]): string => (typeof value === 'string' ? value : value.join(', '));
