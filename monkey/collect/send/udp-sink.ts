/*
 * Takes a round's lines to statsd over UDP.
 *
 * INVARIANTS
 * - No datagram is larger than was said, no line is split, and bursts follow each other no faster than the pace.
 * - The name is looked up once a sending at most; where that fails, the last address is used on.
 * - One sending at a time: of a second one nothing is sent.
 * - Nothing keeps the process alive but the socket, until `close`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { MetricSink, Sent } from '../metric-sink.ts';
import { Door } from './door.ts';
import { bursts, type Pace, paceDefault } from './pace.ts';
import { type Datagram, datagramBytesDefault, pack } from './pack.ts';
import { type Lookup, type Resolved, resolve, systemLookup } from './resolve.ts';
import { addressText, type StatsdAddress } from './statsd-address.ts';
import { Tally } from './tally.ts';

export interface UdpSinkOptions {
  readonly to: StatsdAddress;
  readonly datagramBytes?: number;
  readonly pace?: Pace;
  readonly lookup?: Lookup;
}

export const udpSink = (options: UdpSinkOptions): MetricSink => new UdpSink(options);

class UdpSink implements MetricSink {
  readonly #to: StatsdAddress;
  readonly #datagramBytes: number;
  readonly #pace: Pace;
  readonly #lookup: Lookup;
  readonly #closing = new AbortController();
  #last: Resolved | undefined;
  #door: Door | undefined;
  #sending: Promise<unknown> | undefined;

  constructor({ to, datagramBytes = datagramBytesDefault, pace = paceDefault, lookup = systemLookup }: UdpSinkOptions) {
    this.#to = to;
    this.#datagramBytes = datagramBytes;
    this.#pace = pace;
    this.#lookup = lookup;
  }

  async send(lines: readonly string[], signal: AbortSignal): Promise<Sent> {
    const tally = new Tally(lines.length);
    if (this.#closing.signal.aborted) return tally.end('the way to the metrics server is closed');
    if (this.#sending !== undefined) return tally.end('the lines before these are still being sent');
    const sending = this.#sendAll(lines, tally, AbortSignal.any([signal, this.#closing.signal]));
    this.#sending = sending;
    await sending;
    this.#sending = undefined;
    return tally.end('stopped before all was sent');
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#sending;
    await this.#shut();
  }

  async #sendAll(lines: readonly string[], tally: Tally, signal: AbortSignal): Promise<void> {
    const { datagrams, tooLong } = pack(lines, this.#datagramBytes);
    if (tooLong[0] !== undefined)
      tally.failed(tooLong.length, `longer than ${this.#datagramBytes} bytes: ${tooLong[0].slice(0, 80)}…`);
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
    const resolution = await resolve(this.#to.host, this.#lookup, signal);
    if (resolution.kind === 'unresolved') {
      if (this.#last === undefined) return resolution;
      tally.remark(`${resolution.because}; its last address ${this.#last.address} was used`);
    } else this.#last = resolution;
    const to = this.#last;
    if (this.#door?.to.address === to.address) return this.#door;
    await this.#shut();
    try {
      this.#door = await Door.open(to, this.#to.port);
      return this.#door;
    } catch (error) {
      const because = error instanceof Error ? error.message : String(error);
      return { because: `no way to ${addressText({ ...this.#to, host: to.address })}: ${because}` };
    }
  }

  async #shut(): Promise<void> {
    const door = this.#door;
    this.#door = undefined;
    await door?.close();
  }
}
