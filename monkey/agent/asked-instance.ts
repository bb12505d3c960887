/*
 * What EC2 says of this machine, for the admission and for the reboot.
 *
 * INVARIANTS
 * - A node is admitted only on an answer that was asked for in that very round.
 * - A machine is rebooted only on an answer of some seconds ago.
 * - While other guards refuse anyway EC2 is asked seldom: a thousand nodes that are hot at once must not make it throttle
 *   those who need it.
 */
import type { InstanceState } from '../doctor/ports/power.ts';
import type { Context } from './context.ts';
import { describeSelf } from './rebooting.ts';

export interface AskedInstance {
  readonly state: InstanceState;
  /** By our monotonic clock. */
  readonly atMs: number;
}

/** How long an answer is good enough for a refusal. */
const goodForRefusalMs = 300_000;

/** How long an answer is good enough for an act: between it and the call lie a commit and a look at the token. */
const goodForActMs = 10_000;

export const askNow = async (context: Context): Promise<AskedInstance> => {
  const atMs = context.parts.clock.monotonicMs();
  return { state: await describeSelf(context), atMs };
};

/** The answer where it is young enough to act on, or else a new one. */
export const askedLately = async (context: Context, before: AskedInstance): Promise<AskedInstance> =>
  context.parts.clock.monotonicMs() - before.atMs < goodForActMs ? before : askNow(context);

/** @param refusedAnyway whether others than EC2 refuse, were this its answer */
export const askInstance = async (
  context: Context,
  before: AskedInstance | undefined,
  refusedAnyway: (state: InstanceState) => boolean,
): Promise<AskedInstance> => {
  const { clock } = context.parts;
  const isGood = before !== undefined && clock.monotonicMs() - before.atMs < goodForRefusalMs;
  if (isGood && refusedAnyway(before.state)) return before;
  return askNow(context);
};
