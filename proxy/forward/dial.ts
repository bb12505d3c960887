/*
 * Opens a connection to a node before anything of a request is touched: a try that fails here has sent nothing and
 * read nothing, so it may be made again elsewhere, whatever the method and with the whole body.
 */
import { lookup } from 'node:dns';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { neverAllowed } from '../../pool/url-allowed.ts';
import { type Failure, type FailureReason, reasonOf } from './failure.ts';

export type Dialed = { readonly kind: 'connected'; readonly socket: Socket } | Failure;

export interface DialLimits {
  readonly connectMs: number;
  readonly signal: AbortSignal;
}

/** A connection that carries nothing yet. Never throws; a failure has sent nothing. */
export const dial = (origin: URL, { connectMs, signal }: DialLimits): Promise<Dialed> =>
  new Promise((resolve) => {
    const isTls = origin.protocol === 'https:';
    const socket = isTls ? tlsSocket(origin) : connect({ ...placeOf(origin), noDelay: true });
    const end = (dialed: Dialed): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      if (dialed.kind === 'failed') socket.destroy();
      resolve(dialed);
    };
    const fail = (because: FailureReason): void => end({ kind: 'failed', because, sent: false, reused: false });
    const onAbort = (): void => fail('client-stalled');
    const timer = setTimeout(() => fail('connect-timeout'), connectMs);
    signal.addEventListener('abort', onAbort, { once: true });
    // The listener stays: an error between here and the first write must not end the process.
    socket.on('error', (error) => fail(reasonOf(error)));
    socket.once(isTls ? 'secureConnect' : 'connect', () => end({ kind: 'connected', socket }));
    if (signal.aborted) onAbort();
  });

const tlsSocket = (origin: URL): Socket => {
  const place = placeOf(origin);
  const name = isIP(place.host) === 0 ? { servername: place.host } : {};
  return connectTls({ ...place, ...name, ALPNProtocols: ['http/1.1'] });
};

/** Where to connect to, with a look-up that refuses what is never allowed. */
export const placeOf = ({ hostname, port, protocol }: URL): { host: string; port: number; lookup: LookupFunction } => ({
  host: hostname.replace(/^\[(.*)\]$/, '$1'),
  port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
  lookup: guardedLookup,
});

/** Looks a name up and refuses addresses that are never allowed: what a name means can change after it was judged. */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) {
      callback(error, '');
      return;
    }
    const [first] = addresses;
    const because = addresses.map(({ address }) => neverAllowed(address)).find((found) => found !== undefined);
    if (first === undefined || because !== undefined) callback(forbidden(because ?? 'no address'), '');
    else if (options.all === true) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

const forbidden = (because: string): NodeJS.ErrnoException =>
  Object.assign(new Error(because), { code: 'ADDRESS_FORBIDDEN' });
