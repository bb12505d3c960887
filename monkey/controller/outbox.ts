/*
 * Delivers the outbox while this controller leads.
 *
 * INVARIANTS
 * - In order: a notice is handed over only after the one before it.
 * - Nothing is begun without the lease; the last look at it is right before the call, which ends before the lease does.
 * - Nobody waits for this: whatever is wrong with Slack stays in here.
 */
import type { WaitingNotice } from '../../pool/notice.ts';
import { PoolAway } from '../../pool/store.ts';
import { type Courier, type Delivery, newDelivery, type Outcome } from './courier.ts';
import { deliver } from './deliver.ts';
import { newTellDropped } from './dropped.ts';
import { stands } from './leadership.ts';

export const deliverOutbox = async (courier: Courier): Promise<void> => {
  const { parts, leadership } = courier;
  const tellDropped = newTellDropped(courier);
  let delivery: Delivery | undefined;
  while (stands(leadership)) {
    const outcome = await unlessAway(async () => {
      await tellDropped();
      const next = await oldest(courier);
      if (next === undefined) return { kind: 'later', afterMs: courier.options.pollMs };
      if (delivery?.waiting.entry !== next.entry) delivery = newDelivery(next);
      return deliver(courier, delivery);
    });
    if (outcome.kind === 'not-leader') return;
    if (outcome.kind === 'later') await parts.clock.sleep(outcome.afterMs, leadership.signal);
  }
};

const oldest = async ({ parts, poolDeadlineMs }: Courier): Promise<WaitingNotice | undefined> =>
  (await parts.store.outbox(1, { deadlineMs: poolDeadlineMs }))[0];

/** That the pool is away is said by the watch, once. */
const unlessAway = async (act: () => Promise<Outcome>): Promise<Outcome> => {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof PoolAway)) throw error;
    return { kind: 'later', afterMs: 500 };
  }
};
