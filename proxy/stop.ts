import { Server } from 'node:net';
import type { Clock } from '../pool/clock.ts';

export interface Stoppable {
  readonly server: Server;
  readonly closeAllConnections: () => void;
  /** Requests, WebSockets and their handshakes under way. */
  readonly underWay: () => number;
  /** Tells WebSockets that we go away; called again for those that were still opening. */
  readonly closeTunnels: () => void;
}

const lookEveryMs = 20;
/** A connection that was accepted a moment ago may have its first request still on its way. */
const quietForMs = 200;
/** What does not close when it is destroyed must not keep us: others still wait for our good-bye. */
const closingMs = 1_000;

/**
 * Lets nobody new in, waits until nothing has been under way for a moment, and then closes what is left. Connections that are idle stay
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
  const untilMs = clock.monotonicMs() + deadlineMs;
  let quietAtMs = clock.monotonicMs() + quietForMs;
  closeTunnels();
  while (clock.monotonicMs() < Math.min(quietAtMs, untilMs)) {
    await clock.sleep(lookEveryMs);
    closeTunnels();
    if (underWay() > 0) quietAtMs = clock.monotonicMs() + quietForMs;
  }
  closeAllConnections();
  const isOver = new AbortController();
  await Promise.race([closed, clock.sleep(closingMs, isOver.signal)]);
  isOver.abort();
};

/** `fd`: a socket that listens already, given by whoever started this process. */
export type ListenAt = { readonly host: string; readonly port: number } | { readonly fd: number };

/** While a process or all workers are being replaced connections wait here; the kernel allows no more than `somaxconn`. */
const backlog = 4_096;

/**
 * Listens; rejects with Node's error where that cannot be.
 *
 * @param onError told of what fails later, like taking a connection where no descriptor is left: no reason to end
 */
export const listen = (server: Server, address: ListenAt, onError: (error: Error) => void): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    // Not as an option: that one is not looked at beside a descriptor.
    server.listen(address, backlog, () => {
      server.off('error', reject);
      server.on('error', onError);
      resolve();
    });
  });
