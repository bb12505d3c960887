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
    headersTimeout: limits.headers,
    requestTimeout: limits.request,
    keepAliveTimeout: limits.keepAlive,
    connectionsCheckingInterval: Math.min(1_000, limits.headers),
    requireHostHeader: false,
    noDelay: true,
  };
  if (certificate === undefined) return createServer(options);
  // A handshake is to be as quick as a request's headers, or half of one would hold a connection for two minutes.
  return createTlsServer({ ...options, ...tlsOptions(certificate), handshakeTimeout: limits.headers });
};

/** What Node is told of a certificate, at the start and whenever there is a new one. */
export const tlsOptions = ({ cert, key }: Certificate): TlsOptions => ({
  ...{ cert, key, minVersion: 'TLSv1.2', honorCipherOrder: true },
  ALPNProtocols: ['http/1.1'],
});
