/*
 * Calls EC2 on an intent that was committed, beside the rounds.
 *
 * INVARIANTS
 * - A call is made only while its intent is the last that was committed to the node and the lease under which it was
 *   committed holds, both read at most 500 ms (monotonic) before; the adapter sends it soon or not at all.
 * - An intent leads to one call at the most.
 */
import { tokenOf } from '../../pool/record.ts';
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

/** The token must have been seen this recently, by our own monotonic clock, when the call is made. */
const tokenFreshMs = 500;
/** A read that took longer says nothing of now: it is tried again. */
const tokenReads = 5;
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
  const because = await obstacle(parts, options, intent, leadership).catch((error: unknown) => String(error));
  // EC2 surely did nothing: it may be asked again before the settle time is over.
  if (because !== undefined) return { kind: 'throttled', code: 'NotAsked', because };
  return parts.power[intent.call](intent.node, { deadlineMs: answerWithinMs, signal: leadership.signal }).catch(
    (error: unknown): PowerAnswer => ({ kind: 'unknown', because: String(error) }),
  );
};

/** Why the call is not to be made; undefined: the intent stands at this moment. */
const obstacle = async (
  { store, clock }: Parts,
  { poolDeadlineMs: deadlineMs }: Options,
  { node, version, commit }: PowerIntent,
  leadership: Leadership,
): Promise<string | undefined> => {
  for (let read = 0; read < tokenReads && stands(leadership); read += 1) {
    const readAtMs = clock.monotonicMs();
    const view = await store.view({ deadlineMs, signal: leadership.signal });
    const record = view.nodes.get(node);
    if (record === undefined || tokenOf(record) !== `${version}:${commit}`) return 'the intent no longer stands';
    if (view.leader?.token !== leadership.token) return 'another leads';
    if (clock.monotonicMs() - readAtMs <= tokenFreshMs && stands(leadership)) return undefined;
  }
  return stands(leadership) ? `the token could not be read within ${tokenFreshMs} ms` : 'the lease has run out';
};
