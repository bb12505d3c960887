/**
 * Headers that belong to one connection and are never passed on (RFC 9110, 7.6.1), and those that a `Connection`
 * header nominates. Content-Length, Transfer-Encoding and Host cannot be nominated: who could remove them would
 * decide where a message ends or whom it is for.
 */
const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const neverNominated: ReadonlySet<string> = new Set(['content-length', 'transfer-encoding', 'host']);

/** Tells which of a message's headers end here. Names are in lower case. */
export const endsHere = (connectionHeaders: readonly string[]): ((name: string) => boolean) => {
  const nominated = nominations(connectionHeaders);
  return nominated.size === 0
    ? (name) => hopByHop.has(name)
    : (name) => hopByHop.has(name) || (nominated.has(name) && !neverNominated.has(name));
};

const nominations = (connectionHeaders: readonly string[]): ReadonlySet<string> => {
  if (connectionHeaders.every((value) => commonValues.has(value))) return nothing;
  return new Set(connectionHeaders.flatMap((value) => value.split(',').map((name) => name.trim().toLowerCase())));
};

/** What nearly every message says; looked up so that it need not be taken apart. */
const commonValues: ReadonlySet<string> = new Set(['keep-alive', 'Keep-Alive', 'close', 'Close', 'Upgrade', 'upgrade']);

const nothing: ReadonlySet<string> = new Set();
