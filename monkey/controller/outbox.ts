/*
 * Delivers the outbox while this controller leads.
 *
 * INVARIANTS
 * - One letter after the other. Which notices the next one tells is settled when the one before it is done, and stays.
 * - Nothing is begun without the lease; the last look at it is right before the call, which ends before the lease does.
 * - Nobody waits for this: whatever is wrong with Slack stays in here.
 */
import { PoolAway } from '../../pool/store.ts';
import { nextLetter } from '../doctor/report/coalesce.ts';
import type { PlannedLetter } from '../doctor/report/letter.ts';
import { type Courier, type Delivery, newDelivery, type Outcome } from './courier.ts';
import { deliver } from './deliver.ts';
import { newTellFullness } from './fullness.ts';
import { stands } from './leadership.ts';

export const deliverOutbox = async (courier: Courier): Promise<void> => {
  const { parts, leadership } = courier;
  const tellFullness = newTellFullness(courier);
  let delivery: Delivery | undefined;
  while (stands(leadership)) {
    const outcome = await unlessAway(async () => {
      await tellFullness();
      const next = delivery?.letter ?? (await plan(courier));
      if (next === undefined) return { kind: 'later', afterMs: courier.options.pollMs };
      delivery ??= newDelivery(next);
      return deliver(courier, delivery);
    });
    if (outcome.kind === 'done') delivery = undefined;
    if (outcome.kind === 'not-leader') return;
    if (outcome.kind === 'later') await parts.clock.sleep(outcome.afterMs, leadership.signal);
  }
};

/** As much of the outbox as is looked at at once; what lies behind it comes nearer with each letter. */
const lookedAtMost = 1_000;

const plan = async ({ parts, poolDeadlineMs }: Courier): Promise<PlannedLetter | undefined> =>
  nextLetter(await parts.store.outbox(lookedAtMost, { deadlineMs: poolDeadlineMs }));

/** That the pool is away is said by the watch, once. */
const unlessAway = async (act: () => Promise<Outcome>): Promise<Outcome> => {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof PoolAway)) throw error;
    return { kind: 'later', afterMs: 500 };
  }
};
