import { Server } from 'node:net';
import type { Clock } from '../pool/clock.ts';

export interface Stoppable {
  readonly server: Server;
  readonly closeAllConnections: () => void;
  /** Requests and WebSockets under way. */
  readonly underWay: () => number;
  /** Tells WebSockets that we go away. */
  readonly closeTunnels: () => void;
}

const lookEveryMs = 20;

/**
 * Lets nobody new in, waits for what is under way, and then closes what is left. Connections that are idle stay
 * open until the end, so that a request which is just on its way to us is still answered, with `Connection: close`.
 */
export const stopServing = async (
  { server, closeAllConnections, underWay, closeTunnels }: Stoppable,
  deadlineMs: number,
  clock: Clock,
): Promise<void> => {
  const closed = new Promise<void>((resolve) => {
    // That of an HTTP server would close idle connections as well.
    Server.prototype.close.call(server, () => resolve());
  });
  closeTunnels();
  const untilMs = clock.monotonicMs() + deadlineMs;
  while (underWay() > 0 && clock.monotonicMs() < untilMs) await clock.sleep(lookEveryMs);
  closeAllConnections();
  await closed;
};

/** Listens; rejects with Node's error where that cannot be. */
export const listen = (server: Server, address: { readonly host: string; readonly port: number }): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => {
      server.off('error', reject);
      resolve();
    });
  });
