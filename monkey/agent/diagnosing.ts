/*
 * The second half of the diagnosis, and what follows from it.
 *
 * INVARIANTS
 * - What stays hot without traffic is sick, what has calmed down was load.
 * - The intent is committed from a look that is as fresh as the verdict.
 */

import { judgeRound } from '../doctor/diagnosis/round.ts';
import type { InstanceState } from '../doctor/ports/power.ts';
import { afterDrain } from '../doctor/treatment/after-drain.ts';
import { type Context, policyOf } from './context.ts';
import { giveBackIfWell } from './giving-back.ts';
import type { Look } from './look.ts';
import { ask, commitIntent, describeSelf, whileRebooting } from './rebooting.ts';

/** Watches the drained node for the policy's `drain.calm`, then reboots it or gives it back. */
export const diagnose = async (context: Context, drain: string, look: () => Promise<Look>): Promise<void> => {
  const { parts, signal } = context;
  // EC2's client is loaded and a connection made now: the token is checked moments before the call is sent.
  const instance = describeSelf(context);
  await parts.vitals.measure({ deadlineMs: 5_000, signal });
  if (!(await staysCalmLongEnough(context, look))) return;
  const vitals = await parts.vitals.measure({ deadlineMs: 5_000, signal });
  const known = await instance;
  const seen = await look();
  if (seen.kind === 'over' || signal.aborted) return;
  const verdict = judgeRound(vitals, policyOf(seen.view).vitals);
  await carryOut(context, drain, afterDrain(context.self.id, verdict, known), known);
};

/** Waits for the policy's calm; false where the drain was over before. */
const staysCalmLongEnough = async (context: Context, look: () => Promise<Look>): Promise<boolean> => {
  const { parts, options, signal } = context;
  const beganMs = parts.clock.monotonicMs();
  while (!signal.aborted) {
    const seen = await look();
    if (seen.kind === 'over') return false;
    const leftMs = beganMs + policyOf(seen.view).drain.calm - parts.clock.monotonicMs();
    if (leftMs <= 0) return true;
    await parts.clock.sleep(Math.min(options.drainPollMs, leftMs), signal);
  }
  return false;
};

const carryOut = async (
  context: Context,
  drain: string,
  plan: ReturnType<typeof afterDrain>,
  instance: InstanceState,
): Promise<void> => {
  if (plan.kind === 'give-back') return giveBackIfWell(context, drain, plan);
  const { because } = plan;
  const evidence = await context.evidence.collect(drain);
  const intent = await commitIntent(context, because, evidence);
  await whileRebooting(context, intent.kind === 'stands' ? await ask(context, intent.token, instance) : intent.answer);
};
