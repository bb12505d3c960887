/** How requests that are not served like others are counted and logged: such as cannot be read, and WebSockets. */
import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { AccessLog, Served } from './access-log.ts';
import type { Telemetry } from './telemetry.ts';

export interface EndedParts {
  readonly telemetry: Pick<Telemetry, 'requestEnded'>;
  readonly accessLog: AccessLog | undefined;
}

export type About = Pick<Served, 'method' | 'target' | 'host'>;

/** Of a request whose head could not be read. */
export const unknown: About = { method: undefined, target: undefined, host: undefined };

/** As the client wrote it. */
export const aboutOf = ({ method = 'GET', url = '/', rawHeaders }: IncomingMessage): About => {
  const at = rawHeaders.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'host');
  return { method, target: url, host: at < 0 ? undefined : rawHeaders[at + 1] };
};

/** A request that was refused before it was served. Its time is 0: nobody knows when it began. */
export const refusedUnserved = (
  { telemetry, accessLog }: EndedParts,
  status: number,
  { client, path, about }: { readonly client: Duplex; readonly path: Served['path']; readonly about: About },
): void => {
  telemetry.requestEnded(status, 0);
  if (accessLog?.wants() !== true) return;
  const address = client instanceof Socket ? client.remoteAddress : undefined;
  accessLog.write({ status, ms: 0, address, node: undefined, path, ...about });
};
