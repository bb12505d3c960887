/*
 * Connections to one node for requests that must not be sent twice: such as were used just now, or new ones.
 *
 * INVARIANTS
 * - A used one is given only where it was used within `reuseWithinMs`, and is still open after all was heard that had
 *   reached this machine when the request did.
 * - One that says something while it waits, or waits for longer, is closed. Once closed, none is kept.
 */
import { dial } from './dial.ts';
import type { Failure } from './failure.ts';
import { OneConnection } from './library.ts';

export type Owned = { readonly kind: 'owned'; readonly agent: OneConnection } | Failure;

/** More are closed. */
const mostIdle = 256;
const lookEveryMs = 1_000;

/** Ends the dialling for a request that is over. Its signal is made only where somebody dials: it costs as much as choosing a node. */
export class Dialing {
  #controller: AbortController | undefined;
  #isOver = false;

  begin(): AbortSignal {
    this.#controller = new AbortController();
    if (this.#isOver) this.#controller.abort();
    return this.#controller.signal;
  }

  end(): void {
    this.#isOver = true;
    this.#controller?.abort();
  }
}

export class OwnConnections {
  readonly #origin: URL;
  readonly #reuseWithinMs: number;
  readonly #idle: { readonly agent: OneConnection; readonly sinceMs: number }[] = [];
  readonly #timer: NodeJS.Timeout;
  #isClosed = false;

  constructor(origin: URL, reuseWithinMs: number) {
    this.#origin = origin;
    this.#reuseWithinMs = reuseWithinMs;
    this.#timer = setInterval(() => this.#closeOld(), lookEveryMs);
    this.#timer.unref();
  }

  /** The one that was used last, if it still stands once all was heard. */
  async takeUsed(): Promise<Owned | undefined> {
    this.#closeOld();
    const last = this.#idle.pop();
    if (last === undefined) return undefined;
    await new Promise((resolve) => setImmediate(resolve));
    return last.agent.isOpen ? { kind: 'owned', agent: last.agent } : undefined;
  }

  /** A new one. Never throws; a failure has sent nothing. */
  async dial(connectMs: number, dialing: Dialing): Promise<Owned> {
    const dialed = await dial(this.#origin, { connectMs, signal: dialing.begin() });
    if (dialed.kind === 'failed') return dialed;
    const agent = new OneConnection(dialed.socket, true);
    agent.on('free', () => this.#put(agent));
    return { kind: 'owned', agent };
  }

  /** Closes what waits; what comes back later is closed too. */
  close(): void {
    this.#isClosed = true;
    for (const { agent } of this.#idle.splice(0)) agent.destroy();
  }

  reopen(): void {
    this.#isClosed = false;
  }

  destroy(): void {
    clearInterval(this.#timer);
    this.close();
  }

  /** Its request is answered, and the node keeps it. */
  #put(agent: OneConnection): void {
    if (!agent.isIdle) return;
    if (this.#isClosed || this.#idle.length >= mostIdle) agent.destroy();
    else this.#idle.push({ agent, sinceMs: performance.now() });
  }

  #closeOld(): void {
    const oldMs = performance.now() - this.#reuseWithinMs;
    const young = this.#idle.findIndex(({ agent, sinceMs }) => sinceMs > oldMs && agent.isOpen);
    for (const { agent } of this.#idle.splice(0, young < 0 ? this.#idle.length : young)) agent.destroy();
  }
}
