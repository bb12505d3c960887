/*
 * Who of a pool's members is left out, and what is told of it: to clients in headers, to people in the log.
 *
 * INVARIANT: panic is told once when it begins and once when it is over. Only a member that comes, goes, is left out or is
 * in again changes it; time alone does not, since who is on trial still counts as left out.
 */
import type { Clock } from '../pool/clock.ts';
import type { Log } from '../pool/log.ts';
import { isAskedLast, isPanic, placeOf } from './ejection.ts';
import type { Upstream } from './upstream.ts';

export interface LeftOutParts {
  /** See {@link isPanic}. */
  readonly panicBelow: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly members: () => readonly Upstream[];
}

export interface Standings {
  /** Members that get requests like any other. */
  readonly well: number;
  /** Members that should be left out, where no more may be. */
  readonly askedLast: number;
  /** Members that are left out, or on trial. */
  readonly ejected: number;
  /** So few are in that requests go to all of them. */
  readonly panic: boolean;
}

const nothingToTell: readonly string[] = [];

export class LeftOut {
  readonly #parts: LeftOutParts;
  /** Since when there is panic, by the monotonic clock. */
  #panicSinceMs: number | undefined;

  constructor(parts: LeftOutParts) {
    this.#parts = parts;
  }

  /** Members that are left out, or on trial. */
  ejected(nowMs: number): readonly Upstream[] {
    return this.#parts.members().filter(({ standing }) => placeOf(standing, nowMs) !== 'in');
  }

  /** Too few members are in, so that requests go to all of them. */
  isPanicking(nowMs: number): boolean {
    return this.standings(nowMs).panic;
  }

  standings(nowMs: number): Standings {
    const members = this.#parts.members();
    const ejected = this.ejected(nowMs).length;
    const askedLast = members.filter(({ standing }) => isAskedLast(standing)).length;
    const within = members.length - ejected;
    const panic = isPanic(within, members.length, this.#parts.panicBelow);
    return { well: within - askedLast, askedLast, ejected, panic };
  }

  /** Raw headers that tell the client of nodes that are left out; empty where none is. */
  notes(nowMs: number): readonly string[] {
    const { ejected, panic } = this.standings(nowMs);
    if (ejected === 0) return nothingToTell;
    const notes = ['x-doctor-monkey-ejected', String(ejected)];
    return panic ? [...notes, 'x-doctor-monkey-panic', '1'] : notes;
  }

  /** A member has come, gone, was left out, or is in again. */
  changed(): void {
    const { clock, log } = this.#parts;
    const nowMs = clock.monotonicMs();
    const { ejected, panic } = this.standings(nowMs);
    const sinceMs = this.#panicSinceMs;
    if (panic === (sinceMs !== undefined)) return;
    this.#panicSinceMs = panic ? nowMs : undefined;
    const members = this.#parts.members().length;
    if (sinceMs === undefined) log.error('panic-began', { ejected, members });
    else log.info('panic-over', { ejected, members, lastedMs: Math.round(nowMs - sinceMs) });
  }
}
