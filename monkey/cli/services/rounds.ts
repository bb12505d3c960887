/*
 * Reads a service round by round, for as long as it is let.
 *
 * INVARIANTS
 * - Rounds do not overlap: one that takes longer than the interval puts the next one off.
 * - Where the fleet can't be reached, the first round ends it all; in a later one that is told, and the next one tries again.
 */
import type { Clock } from '../../../pool/clock.ts';
import { PoolAway, PoolDenied } from '../../../pool/store.ts';
import { InventoryAway } from '../../services/inventory/inventory.ts';
import type { Track, TrackedServer } from '../../services/track.ts';
import { CommandFailed, Exit } from '../command.ts';
import type { Fleet, FleetRead } from './fleet.ts';
import { noSuchService, ofEmptyServices, ofNoService } from './notes.ts';

export interface TrackTeller {
  readonly round: (servers: readonly TrackedServer[]) => void;
  readonly away: (because: string, servers: readonly TrackedServer[]) => void;
  readonly end: (servers: readonly TrackedServer[], rounds: number) => void;
}

export interface RoundsOptions {
  readonly service: string;
  readonly intervalMs: number;
  /** Undefined: until the signal. */
  readonly count: number | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export const follow = async (
  fleet: Fleet,
  track: Track,
  teller: TrackTeller,
  { service, intervalMs, count, clock, signal }: RoundsOptions,
): Promise<Exit> => {
  let rounds = 0;
  let exit: Exit = Exit.fine;
  while (rounds !== count) {
    const startedMs = clock.monotonicMs();
    const read = await readRound(fleet, track.ofOthers(), () => rounds === 0 && !signal.aborted);
    // What was cut short by Ctrl-C says nothing of the servers.
    if (isAborted(signal)) break;
    if (rounds === 0 && read.kind === 'read') refuseNobody(read.fleet, service);
    rounds += 1;
    exit = take(read, track, teller);
    if (rounds !== count) await clock.sleep(Math.max(0, intervalMs - (clock.monotonicMs() - startedMs)), signal);
    if (isAborted(signal)) break;
  }
  if (rounds > 0) teller.end(track.servers(), rounds);
  return isAborted(signal) ? Exit.fine : exit;
};

/** A signal changes while we wait, which the compiler can't know. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

type Round = { readonly kind: 'read'; readonly fleet: FleetRead } | { readonly kind: 'away'; readonly because: string };

const readRound = async (fleet: Fleet, skip: ReadonlySet<string>, isFatal: () => boolean): Promise<Round> => {
  try {
    return { kind: 'read', fleet: await fleet.read(skip) };
  } catch (error) {
    const away = error instanceof InventoryAway || error instanceof PoolAway;
    if (!away || error instanceof PoolDenied || isFatal()) throw error;
    return { kind: 'away', because: error.message };
  }
};

const refuseNobody = (fleet: FleetRead, service: string): void => {
  const missing = [...noSuchService(fleet, service), ...ofEmptyServices(fleet, service)];
  if (missing.length > 0) throw new CommandFailed([...missing, ...ofNoService(fleet.lines)].join('; '), Exit.bad);
};

const take = (read: Round, track: Track, teller: TrackTeller): Exit => {
  switch (read.kind) {
    case 'away':
      teller.away(read.because, track.servers());
      return Exit.unreachable;
    case 'read':
      track.take(read.fleet.lines);
      teller.round(track.servers());
      return track.servers().some(({ line }) => line.status === 'unknown') ? Exit.bad : Exit.fine;
  }
};
