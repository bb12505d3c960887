/*
 * From a connection to the node on: the handshake, then the tunnel.
 *
 * INVARIANTS
 * - The choice is finished once, when the connection to the node is closed: a WebSocket is in flight while it lives.
 * - The client gets one answer: the node's, or our reason.
 */
import type { ClientRequest } from 'node:http';
import { type FailureReason, reasonOf, refusalFor, type TryEnd } from '../forward/failure.ts';
import { type Hooks, OneConnection, plain } from '../forward/library.ts';
import { refuseOnSocket } from '../forward/refuse.ts';
import { isUnderstood } from '../headers/answer.ts';
import { logUpgrade } from './log.ts';
import { passNo } from './no.ts';
import type { FoundNode, UpgradeParts, WaitingUpgrade } from './parts.ts';
import { closeBoth, keepTunnel } from './tunnel.ts';

/** Sends the request on a connection that stands, and joins both sockets if the node agrees. */
export const join = (upgrade: WaitingUpgrade, found: FoundNode, startedMs: number, parts: UpgradeParts): void => {
  const { req, client, head, request } = upgrade;
  const { choice, node } = found;
  const handshake = new Handshake(upgrade, found, startedMs, parts);
  closeBoth(client, node);
  const headers = { ...request.headers, connection: 'Upgrade', upgrade: request.upgrade ?? '' };
  const target = plain(choice.upstream.target);
  try {
    const route = { target, agent: new OneConnection(node) };
    parts.forwarder.ws(req, client, head, { ...request, headers }, route, handshake);
    handshake.hearNo();
  } catch (error) {
    handshake.fail(reasonOf(error));
  }
};

class Handshake implements Hooks {
  readonly #upgrade: WaitingUpgrade;
  readonly #found: FoundNode;
  readonly #startedMs: number;
  readonly #parts: UpgradeParts;
  readonly #timer: NodeJS.Timeout;
  #isAnswered = false;
  #status: number | undefined;
  #end: TryEnd = { kind: 'answered' };
  #request: ClientRequest | undefined;
  #letTunnelGo = (): void => undefined;

  constructor(upgrade: WaitingUpgrade, found: FoundNode, startedMs: number, parts: UpgradeParts) {
    this.#upgrade = upgrade;
    this.#found = found;
    this.#startedMs = startedMs;
    this.#parts = parts;
    const deadlineMs = parts.firstByteMs(upgrade.request.target);
    this.#timer = setTimeout(() => this.fail('first-byte-timeout'), deadlineMs);
    upgrade.client.once('close', () => this.#clientClosed());
    found.node.once('close', () => this.#nodeClosed());
    if (upgrade.client.destroyed) this.#clientClosed();
  }

  readonly onRequest: Hooks['onRequest'] = (request) => {
    this.#request = request;
    request.once('upgrade', () => this.#opened());
  };

  /** The library would pass an answer on with the headers of our own connection: it is not let near it. */
  hearNo(): void {
    this.#request?.removeAllListeners('response');
    this.#request?.once('response', (answer) => {
      if (!isUnderstood(answer)) {
        this.fail('invalid-answer');
        return;
      }
      this.#upgrade.endWatch();
      this.#answered(answer.statusCode);
      const { client } = this.#upgrade;
      client.setTimeout(this.#parts.limits.idleMs, () => client.destroy());
      passNo(answer, client);
    });
  }

  readonly onError: Hooks['onError'] = (error) => this.fail(reasonOf(error));

  fail(because: FailureReason): void {
    if (this.#isAnswered) return;
    const refusal = refusalFor(because);
    this.#answered(refusal.status);
    this.#end = { kind: 'failed', because, sent: true, reused: false };
    this.#upgrade.endWatch();
    refuseOnSocket(this.#upgrade.client, refusal);
    this.#found.node.destroy();
  }

  #opened(): void {
    const { client } = this.#upgrade;
    const { choice, node } = this.#found;
    this.#upgrade.endWatch();
    this.#answered(101);
    this.#found.pool.table.switched(choice);
    this.#parts.telemetry.webSocketOpened();
    const close = keepTunnel(client, node);
    this.#letTunnelGo = choice.upstream.holdTunnel(close);
    // The library takes the sockets' timers away when it joins them, which it does after this.
    process.nextTick(() => client.setTimeout(this.#parts.webSocketIdleMs, () => client.destroy()));
  }

  #answered(status: number | undefined): void {
    clearTimeout(this.#timer);
    this.#isAnswered = true;
    this.#status = status;
    this.#parts.telemetry.requestEnded(status, this.#parts.clock.monotonicMs() - this.#startedMs);
  }

  #clientClosed(): void {
    if (!this.#isAnswered) {
      this.#answered(undefined);
      this.#end = { kind: 'client-gone' };
    }
    this.#found.node.destroy();
  }

  #nodeClosed(): void {
    this.fail('reset');
    this.#letTunnelGo();
    this.#found.pool.table.finished(this.#found.choice, this.#end);
    logUpgrade(this.#upgrade, this.#status, this.#found.choice.upstream.id, this.#startedMs, this.#parts);
  }
}
