/*
 * The connections to one node that wait for a request.
 *
 * INVARIANTS
 * - The one that was used last is taken first, so that those too many grow old and are closed.
 * - A closed pool keeps none.
 */
import { Buffers } from './buffers.ts';
import { NodeConnection, type NodeListener } from './node-connection.ts';

/** More are closed. */
const mostIdle = 256;
const lookEveryMs = 1_000;
/** With the second that it may take to be seen, less than the 5 s after which Node's servers close one. */
const idleLooks = 3;

export class NodeConnections {
  readonly #origin: URL;
  readonly #buffers = new Buffers();
  readonly #idle: NodeConnection[] = [];
  readonly #reuseWithinMs: number;
  readonly #timer: NodeJS.Timeout;
  #looks = 0;
  #isClosed = false;

  /** @param reuseWithinMs so lately must one have been used that is `recent` */
  constructor(origin: URL, reuseWithinMs: number) {
    this.#origin = origin;
    this.#reuseWithinMs = reuseWithinMs;
    this.#timer = setInterval(() => this.#look(), lookEveryMs);
    this.#timer.unref();
  }

  /** A connection that waits, or nothing. */
  take(listener: NodeListener): NodeConnection | undefined {
    const connection = this.#idle.pop();
    if (connection !== undefined) connection.listener = listener;
    return connection;
  }

  /** The same, if it was used so lately that the node has no reason to close it. */
  takeRecent(listener: NodeListener): NodeConnection | undefined {
    const last = this.#idle.at(-1);
    const isRecent = last !== undefined && performance.now() - last.idleSinceMs < this.#reuseWithinMs;
    return isRecent ? this.take(listener) : undefined;
  }

  dial(listener: NodeListener): NodeConnection {
    return new NodeConnection(this.#origin, this.#buffers, listener, this.#lost);
  }

  /** Its request is answered, and the node keeps it. */
  put(connection: NodeConnection): void {
    if (this.#isClosed || this.#idle.length >= mostIdle) {
      connection.destroy();
      return;
    }
    connection.letGo();
    connection.idleSince = this.#looks;
    connection.idleSinceMs = performance.now();
    this.#idle.push(connection);
  }

  /** Closes what waits; what comes back later is closed too. */
  close(): void {
    this.#isClosed = true;
    for (const connection of this.#idle.splice(0)) connection.destroy();
  }

  reopen(): void {
    this.#isClosed = false;
  }

  destroy(): void {
    clearInterval(this.#timer);
    this.close();
  }

  #look(): void {
    this.#looks += 1;
    const young = this.#idle.findIndex(({ idleSince }) => this.#looks - idleSince <= idleLooks);
    for (const connection of this.#idle.splice(0, young < 0 ? this.#idle.length : young)) connection.destroy();
  }

  readonly #lost = (connection: NodeConnection): void => {
    const at = this.#idle.lastIndexOf(connection);
    if (at >= 0) this.#idle.splice(at, 1);
  };
}
