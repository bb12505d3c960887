import { connect } from 'node:net';
import { failure } from './http-get.ts';
import type { ProbeKind } from './probe-kind.ts';

/** Somebody accepts connections on the port; the node's own where none is given. */
export const tcp: ProbeKind<'tcp'> = {
  name: ({ port }, url) => `tcp ${port ?? portOf(url)}`,
  run: async ({ port }, url, { signal }) => {
    const ms = await tcpConnect(hostOf(url), port ?? portOf(url), signal);
    return { ok: true, detail: `connected in ${Math.round(ms)} ms` };
  },
};

/** Connects and hangs up; resolves with the milliseconds it took, rejects with a sentence. */
export const tcpConnect = (host: string, port: number, signal: AbortSignal): Promise<number> =>
  new Promise((resolve, reject) => {
    const started = performance.now();
    const place = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
    const socket = connect({ host, port, signal });
    socket.once('connect', () => {
      resolve(performance.now() - started);
      socket.destroy();
    });
    socket.once('error', (error) => reject(failure(error, place, 'instead of a connection')));
  });

export const portOf = (url: URL): number =>
  url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);

/** Without the brackets that an IPv6 address wears in a URL. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');
