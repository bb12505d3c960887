/*
 * How fast datagrams may follow each other so that their receiver keeps all of them: UDP has nobody who says "slower".
 *
 * What has arrived waits in the receiver's socket buffer, net.core.rmem_default, 212,992 bytes on Linux. The kernel
 * counts what a datagram costs in memory, not its length: 2,304 bytes for one of 1,432 (measured over loopback: 92 fit),
 * 832 for the shortest (256 fit), and a whole page beside its head, 4,096 + 256, with network cards whose drivers
 * receive into pages. A burst may take half the buffer at that dearest price: 212,992 / 2 / 4,352 = 24 datagrams; the
 * other half is for those who send to the same receiver. Between bursts it gets 50 ms: a single-threaded receiver may
 * stand still for 100 ms (collecting garbage, writing out what it has) before a second buffer's half is lost.
 *
 * 24 in 50 ms are 480 datagrams, or 687 kB, in a second: about 11,000 lines of 60 bytes.
 */
import type { Datagram } from './pack.ts';

export interface Pace {
  /** What one burst may cost in the receiver's buffer. */
  readonly burstCost: number;
  readonly everyMs: number;
}

/** A page and its head. */
const dearestCost = 4_352;
/** What is left for data in a frame of Ethernet: 1,500 - 20 of IP; longer datagrams arrive as several. */
const fragmentBytes = 1_480;
const udpHeadBytes = 8;

export const paceDefault: Pace = { burstCost: 212_992 / 2, everyMs: 50 };

/** The bursts in their order. Each but the last is followed by a wait of `everyMs`; each holds one datagram at least. */
export const bursts = (datagrams: readonly Datagram[], { burstCost }: Pace = paceDefault): readonly Datagram[][] => {
  const all: Datagram[][] = [];
  let cost = Number.POSITIVE_INFINITY;
  for (const datagram of datagrams) {
    cost += costOf(datagram.bytes.length);
    if (cost > burstCost) {
      all.push([]);
      cost = costOf(datagram.bytes.length);
    }
    all.at(-1)?.push(datagram);
  }
  return all;
};

/** What a datagram costs at most in a receiver's buffer: each of its fragments, small or not, may take a page. */
export const costOf = (bytes: number): number => Math.ceil((bytes + udpHeadBytes) / fragmentBytes) * dearestCost;
