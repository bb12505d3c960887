/** The server that listens for clients, with or without TLS. */
import { createServer, type Server, type ServerOptions } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { TlsOptions } from 'node:tls';
import type { Certificate } from './certificate.ts';

export const createListener = (certificate: Certificate | undefined, options: ServerOptions): Server =>
  certificate === undefined
    ? createServer(options)
    : // A handshake is to be as quick as a request's headers, or half of one would hold a connection for two minutes.
      createTlsServer({ ...options, ...tlsOptions(certificate), handshakeTimeout: options.headersTimeout });

/** What Node is told of a certificate, at the start and whenever there is a new one. */
export const tlsOptions = ({ cert, key }: Certificate): TlsOptions => ({
  ...{ cert, key, minVersion: 'TLSv1.2', honorCipherOrder: true },
  ALPNProtocols: ['http/1.1'],
});
