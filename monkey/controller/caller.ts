/*
 * Calls EC2 on an intent that was committed, beside the rounds.
 *
 * INVARIANTS
 * - A call is made only while its intent is the last that was committed to the node and the lease under which it was
 *   committed holds; it is sent at most 500 ms (monotonic) after the reading of both was sent, or not at all.
 * - An intent leads to one call at the most.
 */
import { tokenOf } from '../../pool/record.ts';
import { type Held, stillHolds } from '../../pool/still-holds.ts';
import type { PowerAnswer, PowerCall } from '../doctor/ports/power.ts';
import type { Attempts } from './attempts.ts';
import { type Leadership, stands } from './leadership.ts';
import type { ControllerOptions, ControllerParts } from './parts.ts';

export interface PowerIntent {
  readonly node: string;
  readonly call: PowerCall;
  /** Of the commit. */
  readonly version: number;
  readonly commit: string;
}

export interface Caller {
  /** Begins the call; what comes of it is found in the attempts. */
  readonly call: (intent: PowerIntent, leadership: Leadership) => void;
  /** Resolves when nothing is under way any more. */
  readonly close: () => Promise<void>;
}

type Parts = Pick<ControllerParts, 'store' | 'clock' | 'log' | 'power'>;
type Options = Pick<ControllerOptions, 'poolDeadlineMs'>;

const answerWithinMs = 10_000;

export const newCaller = (parts: Parts, options: Options, attempts: Pick<Attempts, 'answered'>): Caller => {
  const underWay = new Set<Promise<void>>();
  const callOnce = async (intent: PowerIntent, leadership: Leadership): Promise<void> => {
    const { node, call, commit } = intent;
    const answer = await ask(parts, options, intent, leadership);
    if (answer.kind === 'accepted') parts.log.info('power-asked', { node, call, answer });
    else parts.log.warn('power-asked', { node, call, answer });
    attempts.answered(node, commit, answer);
  };
  return {
    call: (intent, leadership) => {
      const going = callOnce(intent, leadership).finally(() => underWay.delete(going));
      underWay.add(going);
    },
    close: async () => {
      await Promise.allSettled(underWay);
    },
  };
};

const ask = async (
  parts: Parts,
  options: Options,
  intent: PowerIntent,
  leadership: Leadership,
): Promise<PowerAnswer> => {
  const held = await lastLook(parts, options, intent, leadership).catch((error: unknown) => notRead(error));
  const because = held.obstacle ?? (stands(leadership) ? undefined : leaseOver);
  // EC2 surely did nothing: it may be asked again before the settle time is over.
  if (because !== undefined) return { kind: 'throttled', code: 'NotAsked', because };
  const sendByMs = Math.min(held.sendByMs, parts.clock.monotonicMs() + leadership.remainingMs());
  const limits = { deadlineMs: answerWithinMs, signal: leadership.signal, sendByMs };
  return parts.power[intent.call](intent.node, limits).catch(
    (error: unknown): PowerAnswer => ({ kind: 'unknown', because: String(error) }),
  );
};

const leaseOver = 'the lease has run out';
const notRead = (error: unknown): Held => ({ obstacle: String(error), sendByMs: Number.NEGATIVE_INFINITY });

/** Does the intent still stand, and the lease under which it was committed? */
const lastLook = (
  { store, clock }: Parts,
  { poolDeadlineMs: deadlineMs }: Options,
  { node, version, commit }: PowerIntent,
  leadership: Leadership,
): Promise<Held> =>
  stillHolds(
    clock,
    () => store.view({ deadlineMs, signal: leadership.signal }),
    ({ nodes, leader }) => {
      const record = nodes.get(node);
      if (record === undefined || tokenOf(record) !== `${version}:${commit}`) return 'the intent no longer stands';
      if (leader?.token !== leadership.token) return 'another leads';
      return stands(leadership) ? undefined : leaseOver;
    },
  );
