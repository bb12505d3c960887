/** Why a connection to Redis failed, in words that say where to look; the code stays, to search for. */

/** A code of the system's, of the resolver's or of TLS's; one that is not known here comes back as it is. */
export const networkCause = (code: string): string => {
  const words = known[code];
  return words === undefined ? code : `${words} (${code})`;
};

const untrusted = 'its certificate is not of an authority that is trusted here: check redis.tls.ca';

/** getaddrinfo's and the system's: https://nodejs.org/api/errors.html; TLS's: https://nodejs.org/api/tls.html */
const known: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'it broke the connection off',
  EHOSTUNREACH: 'no route leads there',
  ENETUNREACH: 'no network leads there',
  ENOTFOUND: 'that name has no address',
  EAI_AGAIN: 'the name server does not answer for that name now',
  ETIMEDOUT: 'it did not take the connection in time',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS: is this the port for redis:// without it?',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet: check the clocks',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
};
