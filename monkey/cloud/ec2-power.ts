/*
 * INVARIANTS
 * - A reboot, a stop, a start is sent at most once a call, and soon after it was asked for or not at all: what the caller made sure of
 *   right before must still stand, however late the SDK or its credentials come.
 * - What may have left may have been accepted: `unknown`.
 */
import type { Clock } from '../../pool/clock.ts';
import type { Limits } from '../../pool/store.ts';
import { within } from '../../pool/within.ts';
import type { InstanceState, OrderLimits, PoolPower, PowerAnswer, PowerCall } from '../doctor/ports/power.ts';
import { answerOf, type CallOutcome } from './answer.ts';
import { describeInstances, type TypesKnown } from './describe-all.ts';
import type { Ec2Access, Ec2Client, PowerOrder } from './ec2-client.ts';
import { knownState } from './known-state.ts';
import { untilAnswered } from './until-answered.ts';

export type { Ec2Access } from './ec2-client.ts';

export interface Ec2PowerOptions extends Ec2Access {
  /** How late after the call it may still be sent; 500 ms if not given. */
  readonly sendWithinMs?: number;
}

/** May we reboot this instance? EC2 says so to a dry run, which changes nothing. */
export type Permission =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'refused'; readonly code: string; readonly because: string }
  | { readonly kind: 'unknown'; readonly because: string };

export interface Ec2Power extends PoolPower {
  canReboot(instanceId: string, limits: Limits): Promise<Permission>;
  /** Ends the connections that are kept for the next call. */
  close(): void;
}

/** Power over machines through the EC2 API. The SDK is loaded by the first call. */
export const ec2Power = (
  { sendWithinMs = 500, ...access }: Ec2PowerOptions,
  { clock, random = Math.random }: { readonly clock: Clock; readonly random?: () => number },
): Ec2Power => {
  const ec2 = loadedOnce(access);
  const types: TypesKnown = new Map();
  const orderOnce = ordering(ec2, clock);
  const soon = async (call: PowerCall, instanceId: string, limits: OrderLimits): Promise<PowerAnswer> => {
    const latestMs = Math.min(clock.monotonicMs() + sendWithinMs, limits.sendByMs ?? Number.POSITIVE_INFINITY);
    return answerOf(await orderOnce({ call, instanceId, dryRun: false }, latestMs, limits));
  };
  return {
    reboot: (instanceId, limits) => soon('reboot', instanceId, limits),
    stop: (instanceId, limits) => soon('stop', instanceId, limits),
    start: (instanceId, limits) => soon('start', instanceId, limits),
    describeAll: async (instanceIds, limits) => {
      const ask = async (signal: AbortSignal) => ({
        kind: 'described' as const,
        instances: await describeInstances(await ec2.client(), types, instanceIds, signal),
      });
      return untilAnswered({ clock, random, limits }, ask).catch((error: unknown) => ({
        kind: 'unknown',
        because: wordsOf(error),
      }));
    },
    describe: (instanceId, limits) =>
      untilAnswered({ clock, random, limits }, async (signal) => {
        const client = await ec2.client();
        return stateOf(await client.stateOf(instanceId, signal));
      }).catch(whyUnknown),
    canReboot: async (instanceId, limits) =>
      permission(
        answerOf(await orderOnce({ call: 'reboot', instanceId, dryRun: true }, Number.POSITIVE_INFINITY, limits)),
      ),
    close: () => ec2.close(),
  };
};

/** Sends an order once, or not at all where it could not be sent by `latestMs`. */
const ordering =
  (ec2: Loaded, clock: Clock) =>
  (order: Omit<PowerOrder, 'beforeSend'>, latestMs: number, limits: Limits): Promise<CallOutcome> => {
    let sent = false;
    const outcome = (signal: AbortSignal) => async (client: Ec2Client) => {
      const beforeSend = (): void => {
        signal.throwIfAborted();
        if (clock.monotonicMs() > latestMs) throw new NotSentInTime();
        sent = true;
      };
      await client.order({ ...order, beforeSend }, signal);
      return { kind: 'done' } as const;
    };
    return within(limits, (signal) => ec2.client().then(outcome(signal))).catch(
      (error: unknown): CallOutcome => ({ kind: 'failed', error, sent }),
    );
  };

class NotSentInTime extends Error {
  readonly code = 'NotSentInTime';
  constructor() {
    super('it could not be sent while what it was asked for was known to stand');
  }
}

interface Loaded {
  readonly client: () => Promise<Ec2Client>;
  readonly close: () => void;
}

/** The client, made when first asked for. An import that failed is tried again by the next call. */
const loadedOnce = (access: Ec2Access): Loaded => {
  let loading: Promise<Ec2Client> | undefined;
  const load = async (): Promise<Ec2Client> => (await import('./ec2-client.ts')).connectEc2(access);
  return {
    client: () => {
      loading ??= load().catch((error: unknown) => {
        loading = undefined;
        throw error;
      });
      return loading;
    },
    close: () => {
      void loading?.then((client) => client.close());
      loading = undefined;
    },
  };
};

const stateOf = (name: string | undefined): InstanceState => {
  if (name === undefined) return { kind: 'no-such-instance' };
  const state = knownState(name);
  return state === undefined
    ? { kind: 'unknown', because: `EC2 calls its state ${JSON.stringify(name)}` }
    : { kind: 'known', state };
};

const whyUnknown = (error: unknown): InstanceState => {
  const answer = answerOf({ kind: 'failed', error, sent: true });
  if (answer.kind === 'refused' && answer.code === 'InvalidInstanceID.NotFound') return { kind: 'no-such-instance' };
  return { kind: 'unknown', because: wordsOf(error) };
};

const wordsOf = (error: unknown): string => {
  const answer = answerOf({ kind: 'failed', error, sent: true });
  return answer.kind === 'accepted' ? 'no answer' : answer.because;
};

/** EC2 answers a dry run with an error in any case: `DryRunOperation` says that it would have been done. */
const permission = (answer: PowerAnswer): Permission => {
  switch (answer.kind) {
    case 'accepted':
      return { kind: 'unknown', because: 'EC2 did not take the dry run for one' };
    case 'refused':
      return answer.code === 'DryRunOperation' ? { kind: 'allowed' } : answer;
    case 'throttled':
    case 'unknown':
      return { kind: 'unknown', because: answer.because };
  }
};
