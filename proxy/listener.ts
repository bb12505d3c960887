/** The server that listens for clients, with or without TLS. */
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { TlsOptions } from 'node:tls';
import type { Certificate } from './certificate.ts';
import type { FastLimits } from './fast/parts.ts';

type Limits = Pick<FastLimits, 'headerBytes' | 'headers' | 'request' | 'keepAlive'>;

export const createListener = (certificate: Certificate | undefined, limits: Limits): Server => {
  const options = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: Math.min(limits.headers, limits.request),
    requestTimeout: limits.request,
    keepAliveTimeout: limits.keepAlive,
    connectionsCheckingInterval: Math.min(1_000, limits.headers),
    requireHostHeader: false,
    noDelay: true,
  };
  const server =
    certificate === undefined
      ? createServer(options)
      : // A handshake is to be as quick as a request's headers, or half of one would hold a connection for two minutes.
        createTlsServer({ ...options, ...tlsOptions(certificate), handshakeTimeout: limits.headers });
  // Node would drop those beyond 1,000 without a word, and read the body by them all the same. Their bytes are bounded.
  server.maxHeadersCount = 0;
  return server;
};

/** What Node is told of a certificate, at the start and whenever there is a new one. */
export const tlsOptions = ({ cert, key }: Certificate): TlsOptions => ({
  ...{ cert, key, minVersion: 'TLSv1.2', honorCipherOrder: true },
  ALPNProtocols: ['http/1.1'],
});
