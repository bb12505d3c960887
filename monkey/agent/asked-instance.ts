/*
 * What EC2 says of this machine, for the admission.
 *
 * INVARIANTS
 * - A node is admitted only on an answer that was asked for in that very round.
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

/** @param refusedAnyway whether others than EC2 refuse, were this its answer */
export const askInstance = async (
  context: Context,
  before: AskedInstance | undefined,
  refusedAnyway: (state: InstanceState) => boolean,
): Promise<AskedInstance> => {
  const { clock } = context.parts;
  const isGood = before !== undefined && clock.monotonicMs() - before.atMs < goodForRefusalMs;
  if (isGood && refusedAnyway(before.state)) return before;
  const state = await describeSelf(context);
  return { state, atMs: clock.monotonicMs() };
};
