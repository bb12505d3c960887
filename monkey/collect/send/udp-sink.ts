/*
 * Takes a round's lines to statsd over UDP.
 *
 * INVARIANTS
 * - No datagram is larger than was said, no line is split, and bursts follow each other no faster than the pace.
 * - The name is looked up once in half a minute at most; where that fails, the last address is used on.
 * - One sending at a time: of a second one nothing is sent.
 * - Nothing keeps the process alive but the socket, until `close`.
 * - Whatever goes wrong, lines are counted as failed: neither `send` nor `close` rejects, and the next sending tries anew.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../../pool/thrown.ts';
import type { MetricSink, Sent } from '../metric-sink.ts';
import { Door } from './door.ts';
import { bursts, type Pace, paceDefault } from './pace.ts';
import { type Datagram, datagramBytesDefault, pack } from './pack.ts';
import { type Lookup, type Resolution, type Resolved, resolve, systemLookup } from './resolve.ts';
import { addressText, type StatsdAddress } from './statsd-address.ts';
import { Tally } from './tally.ts';

export interface UdpSinkOptions {
  readonly to: StatsdAddress;
  readonly datagramBytes?: number;
  readonly pace?: Pace;
  readonly lookup?: Lookup;
  /** For how long a name's address is used before it is looked up again. */
  readonly addressHoldsMs?: number;
}

/** A round may come in many sendings, and is not to ask for each; statsd that has moved is found in the next one. */
const addressHoldsDefaultMs = 30_000;
/** While there is no address to go on with. */
const failureHoldsMs = 5_000;

export const udpSink = (options: UdpSinkOptions): MetricSink => new UdpSink(options);

class UdpSink implements MetricSink {
  readonly #to: StatsdAddress;
  readonly #datagramBytes: number;
  readonly #pace: Pace;
  readonly #lookup: Lookup;
  readonly #addressHoldsMs: number;
  readonly #closing = new AbortController();
  #asked: Resolution = { kind: 'unresolved', because: 'not asked yet' };
  #askedMs = Number.NEGATIVE_INFINITY;
  #last: Resolved | undefined;
  #door: Door | undefined;
  #sending: Promise<unknown> | undefined;

  constructor(options: UdpSinkOptions) {
    this.#to = options.to;
    this.#datagramBytes = options.datagramBytes ?? datagramBytesDefault;
    this.#pace = options.pace ?? paceDefault;
    this.#lookup = options.lookup ?? systemLookup;
    this.#addressHoldsMs = options.addressHoldsMs ?? addressHoldsDefaultMs;
  }

  async send(lines: readonly string[], signal: AbortSignal): Promise<Sent> {
    const tally = new Tally(lines.length);
    if (this.#closing.signal.aborted) return tally.end('the way to the metrics server is closed');
    if (this.#sending !== undefined) return tally.end('the lines before these are still being sent');
    const ending = AbortSignal.any([signal, this.#closing.signal]);
    const sending = this.#sendAll(lines, tally, ending).then(() => 'stopped before all was sent', messageOf);
    this.#sending = sending;
    const because = await sending;
    this.#sending = undefined;
    return tally.end(because);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#sending;
    await this.#shut();
  }

  async #sendAll(lines: readonly string[], tally: Tally, signal: AbortSignal): Promise<void> {
    const { datagrams, tooLong } = pack(lines, this.#datagramBytes);
    if (tooLong[0] !== undefined)
      tally.tooLong(tooLong.length, `longer than ${this.#datagramBytes} bytes: ${tooLong[0].slice(0, 80)}…`);
    if (datagrams.length === 0) return;
    const door = await this.#open(tally, signal);
    if (!(door instanceof Door)) {
      tally.failed(lines.length - tooLong.length, door.because);
      return;
    }
    let broken = false;
    for (const burst of bursts(datagrams, this.#pace)) {
      if (signal.aborted) break;
      broken = (await this.#sendBurst(door, burst, tally, signal)) || broken;
    }
    // A network that has changed under a connected socket is found again by a new one.
    if (broken) await this.#shut();
  }

  /** Sends a burst and waits out its time; what is heard meanwhile is about this burst. True where the socket is at fault. */
  async #sendBurst(door: Door, burst: readonly Datagram[], tally: Tally, signal: AbortSignal): Promise<boolean> {
    const refusals = door.refusals;
    const results = await Promise.all(burst.map(({ bytes }) => door.handOver(bytes)));
    await sleep(this.#pace.everyMs, undefined, { signal }).catch(() => undefined);
    const where = addressText({ host: door.to.address, port: door.to.port });
    const nobody = door.refusals > refusals;
    for (const [index, { lines }] of burst.entries()) {
      const result = results[index];
      if (nobody) tally.failed(lines, `nobody listens at ${where} (UDP)`);
      else if (result?.kind === 'failed') tally.failed(lines, `${where} could not be sent to: ${result.because}`);
      else tally.handedOver(lines);
    }
    return results.some(({ kind }) => kind === 'failed');
  }

  async #open(tally: Tally, signal: AbortSignal): Promise<Door | { readonly because: string }> {
    const to = await this.#resolve(tally, signal);
    if (to.kind === 'unresolved') return to;
    if (this.#door?.to.address === to.address) return this.#door;
    await this.#shut();
    try {
      this.#door = await Door.open(to, this.#to.port);
      return this.#door;
    } catch (error) {
      return { because: `no way to ${addressText({ ...this.#to, host: to.address })}: ${messageOf(error)}` };
    }
  }

  async #resolve(tally: Tally, signal: AbortSignal): Promise<Resolution> {
    const holdsMs = this.#last === undefined ? failureHoldsMs : this.#addressHoldsMs;
    if (performance.now() - this.#askedMs >= holdsMs) {
      this.#asked = await resolve(this.#to.host, this.#lookup, signal);
      this.#askedMs = performance.now();
      if (this.#asked.kind === 'resolved') this.#last = this.#asked;
    }
    if (this.#asked.kind === 'resolved' || this.#last === undefined) return this.#asked;
    tally.remark(`${this.#asked.because}; its last address ${this.#last.address} was used`);
    return this.#last;
  }

  async #shut(): Promise<void> {
    const door = this.#door;
    this.#door = undefined;
    await door?.close();
  }
}
