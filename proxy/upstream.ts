/*
 * One node as this router sees it: its connections, what is in flight, and how it has done lately.
 *
 * INVARIANTS
 * - `inFlight` counts every request and WebSocket from the moment the node is chosen for it until nothing more
 *   comes from or goes to the node for it.
 * - A retired upstream keeps no idle connection; its WebSockets are closed after the grace.
 */
import type { Agent, AgentOptions } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import type { Candidate } from './candidate.ts';
import { goodStanding, type Standing } from './ejection.ts';
import { NodeConnections } from './fast/node-connections.ts';
import { guardedLookup } from './forward/dial.ts';
import { type Target, targetOf } from './forward/library.ts';
import { NodeAgent } from './forward/node-agent.ts';
import { OwnConnections } from './forward/own-connections.ts';
import { closeIdleConnections, closeTalkative, idleConnections } from './idle-connections.ts';
import type { Member } from './members.ts';
import { hashOf } from './sticky.ts';

/** Idle connections to a node; more are closed. */
const mostIdle = 256;
/** With the second that it may take to be seen, less than the 5 s after which Node's servers close one. */
const idleConnectionMs = 3_000;

export interface ConnectionRules {
  readonly webSocketGraceMs: number;
  /** A request that must not be sent twice rides on a connection that was used within this time, or on a new one. */
  readonly reuseWithinMs: number;
}

export class Upstream implements Candidate {
  readonly id: string;
  readonly url: string;
  readonly idHash: number;
  readonly origin: URL;
  readonly target: Target;
  /** Connections that are kept, for requests that may be sent again. */
  readonly agent: Agent;
  /** Those for requests that must not be sent twice. */
  readonly own: OwnConnections;
  /** Both, of the fast path. */
  readonly connections: NodeConnections;
  credit = 0;
  shareNow: number;
  inFlight = 0;
  latencyMs = 0;
  latencyAtMs = 0;
  /** When it last began to answer anything. */
  spokeMs = Number.NEGATIVE_INFINITY;
  /** Requests and WebSockets that it was chosen for so far. */
  chosen = 0;
  standing: Standing = goodStanding;
  isTrialUnderWay = false;
  /** Tries of this interval that have ended, and how; only while it is in. */
  tally = { ended: 0, failed: 0 };
  member: Member;
  #retired = false;
  readonly #tunnels = new Set<() => void>();
  readonly #graceMs: number;
  #graceTimer: NodeJS.Timeout | undefined;
  readonly #endSweep: () => void;

  constructor(member: Member, { webSocketGraceMs, reuseWithinMs }: ConnectionRules) {
    this.id = member.id;
    this.url = member.url;
    this.idHash = hashOf(member.id);
    this.member = member;
    this.shareNow = member.weight;
    this.origin = new URL(member.url);
    this.target = targetOf(this.origin);
    this.#graceMs = webSocketGraceMs;
    const options: AgentOptions & { lookup: typeof guardedLookup } = {
      keepAlive: true,
      maxFreeSockets: mostIdle,
      lookup: guardedLookup,
    };
    this.agent = this.origin.protocol === 'https:' ? new TlsAgent(options) : new NodeAgent(options);
    this.own = new OwnConnections(this.origin, reuseWithinMs);
    this.connections = new NodeConnections(this.origin, reuseWithinMs);
    closeTalkative(this.agent);
    this.#endSweep = closeIdleConnections(this.agent, idleConnectionMs);
  }

  get isRetired(): boolean {
    return this.#retired;
  }

  get tunnels(): number {
    return this.#tunnels.size;
  }

  /** No new request comes here from now on; what is under way ends by itself. */
  retire(): void {
    this.#retired = true;
    this.agent.maxFreeSockets = 0;
    for (const socket of idleConnections(this.agent)) socket.destroy();
    this.own.close();
    this.connections.close();
    if (this.#graceTimer === undefined && this.#tunnels.size > 0) this.#closeTunnelsLater();
  }

  /** The node serves again: with a clean slate, because much may have happened to it. */
  revive(): void {
    this.#retired = false;
    this.agent.maxFreeSockets = mostIdle;
    this.own.reopen();
    this.connections.reopen();
    this.standing = goodStanding;
    this.tally = { ended: 0, failed: 0 };
    this.credit = 0;
    this.latencyMs = 0;
    clearTimeout(this.#graceTimer);
    this.#graceTimer = undefined;
  }

  /** Remembers how a WebSocket is closed; the returned function forgets it. */
  holdTunnel(close: () => void): () => void {
    this.#tunnels.add(close);
    if (this.#retired && this.#graceTimer === undefined) this.#closeTunnelsLater();
    return () => this.#tunnels.delete(close);
  }

  closeTunnels(): void {
    for (const close of [...this.#tunnels]) close();
  }

  /** Ends every connection, whatever is on it. */
  destroy(): void {
    this.retire();
    this.#endSweep();
    clearTimeout(this.#graceTimer);
    this.closeTunnels();
    this.agent.destroy();
    this.own.destroy();
    this.connections.destroy();
  }

  #closeTunnelsLater(): void {
    this.#graceTimer = setTimeout(() => {
      this.#graceTimer = undefined;
      this.closeTunnels();
    }, this.#graceMs);
  }
}
