/*
 * The last look before a call that cannot be taken back, see docs/decisions/0022.
 *
 * INVARIANTS
 * - The call is sent at most 500 ms (monotonic) after the reading was sent that found its token: reading, signing and
 *   sending share that time, or nothing is sent.
 */
import type { Clock } from './clock.ts';
import type { PoolView } from './view.ts';

/** From the sending of the reading to the sending of the call. */
const holdsMs = 500;
/** What must be left of it for the call itself: to sign it and to write it to a connection that stands. */
const leftForCallMs = 100;
/** On a machine that has no CPU left a reading can take longer than that leaves: it is made again. */
const readings = 5;

export interface Held {
  /** Why the call is not to be made, in words; undefined: what it was decided for stands. */
  readonly obstacle: string | undefined;
  /** Monotonic: the call is sent by then, or not at all. */
  readonly sendByMs: number;
}

/**
 * Reads the pool until a reading was quick enough to act on.
 *
 * @param read must end within a deadline of its own; what it throws is thrown
 * @param obstacleIn why a view forbids the call
 */
export const stillHolds = async (
  { monotonicMs }: Pick<Clock, 'monotonicMs'>,
  read: () => Promise<PoolView>,
  obstacleIn: (view: PoolView) => string | undefined,
): Promise<Held> => {
  let sendByMs = Number.NEGATIVE_INFINITY;
  for (let made = 0; made < readings; made += 1) {
    sendByMs = monotonicMs() + holdsMs;
    const obstacle = obstacleIn(await read());
    if (obstacle !== undefined) return { obstacle, sendByMs };
    if (monotonicMs() <= sendByMs - leftForCallMs) return { obstacle: undefined, sendByMs };
  }
  return { obstacle: `the token could not be read within ${holdsMs - leftForCallMs} ms`, sendByMs };
};
