/*
 * Watches the pool, whether this controller leads or stands by: who takes over has been watching all along.
 *
 * INVARIANTS
 * - Only who leads acts, and every act is a commit that expects the lease's token.
 * - A failed read starts all ages again.
 * - Asking nodes or EC2 never delays a read: a slow answer must not look like a break in the watch.
 */

import { defaultPolicy } from '../../pool/policy.ts';
import { PoolAway } from '../../pool/store.ts';
import type { PoolView } from '../../pool/view.ts';
import { judgeSilence } from '../doctor/silence/judge.ts';
import { nothingTold, type Told, toldIn } from '../doctor/silence/told.ts';
import { afterBreak, afterRead, newWatch, type Watch } from '../doctor/silence/watch.ts';
import type { Watched } from '../doctor/silence/watched.ts';
import { type Asker, newAsker } from './asker.ts';
import { type Attempts, newAttempts } from './attempts.ts';
import { type Caller, newCaller } from './caller.ts';
import { carryOut } from './carry-out.ts';
import { type Leadership, stands } from './leadership.ts';
import type { ControllerOptions, ControllerParts } from './parts.ts';
import { newSayOnce } from './say-once.ts';
import { newSurveyor, type Surveyor } from './surveyor.ts';

/** Incidents looked through for what was told before this leadership: all that the pool keeps. */
const incidentsMost = 1_000;

export interface Watcher {
  readonly parts: ControllerParts;
  readonly options: ControllerOptions;
  /** The leadership of this moment, if there is one. */
  readonly leading: () => Leadership | undefined;
  /** Called each round: the loop turns. */
  readonly onTurn: () => void;
}

/** Until `stop` aborts. */
export const watchPool = async (watcher: Watcher, stop: AbortSignal): Promise<void> => {
  const { parts, options, onTurn } = watcher;
  const eyes = newEyes(watcher, stop);
  while (!stop.aborted) {
    onTurn();
    await eyes.look();
    await parts.clock.sleep(options.roundMs * (0.9 + 0.2 * parts.random()), stop);
  }
  await eyes.close();
};

interface Memory {
  watch: Watch;
  told: Told;
  /** The leadership for which `told` was read. */
  toldFor: string | undefined;
}

const newEyes = (watcher: Watcher, stop: AbortSignal) => {
  const { parts, options, leading } = watcher;
  const { store, clock, log } = parts;
  const memory: Memory = { watch: newWatch, told: nothingTold, toldFor: undefined };
  const asker = newAsker(parts, stop);
  const surveyor = newSurveyor(parts, stop);
  const attempts = newAttempts(parts);
  const caller = newCaller(parts, options, attempts);
  const sayAway = newSayOnce();

  const read = async (): Promise<PoolView> => {
    const view = await store.view({ deadlineMs: options.poolDeadlineMs, signal: stop });
    sayAway(undefined, () => log.info('pool-readable'));
    memory.watch = afterRead(memory.watch, view, clock.monotonicMs());
    const { restarted } = memory.watch;
    if (restarted !== undefined) log.warn('watch-restarted', { because: restarted });
    return view;
  };
  const look = async (): Promise<void> => {
    try {
      const view = await read();
      const leadership = leading();
      if (leadership !== undefined && stands(leadership))
        await act(watcher, { memory, asker, surveyor, attempts, caller }, leadership, view);
    } catch (error) {
      if (stop.aborted) return;
      memory.watch = afterBreak(memory.watch);
      const because = error instanceof Error ? error.message : String(error);
      // Anything but an absent pool is a bug; the watch goes on all the same.
      const event = error instanceof PoolAway ? 'pool-away' : 'round-failed';
      sayAway(because, () => log.warn(event, { because }));
    }
  };
  const close = async (): Promise<void> => {
    await Promise.all([asker.close(), surveyor.close(), caller.close()]);
  };
  return { look, close };
};

interface Senses {
  readonly memory: Memory;
  readonly asker: Asker;
  readonly surveyor: Surveyor;
  readonly attempts: Attempts;
  readonly caller: Caller;
}

const act = async (
  { parts, options }: Watcher,
  { memory, asker, surveyor, attempts, caller }: Senses,
  leadership: Leadership,
  view: PoolView,
): Promise<void> => {
  if (memory.toldFor !== leadership.token) {
    memory.told = toldIn(await parts.store.incidents(incidentsMost, { deadlineMs: options.poolDeadlineMs }));
    memory.toldFor = leadership.token;
  }
  const watched: Watched = {
    ...{ view, watch: memory.watch, told: memory.told, asked: asker.asked() },
    ...{ pool: parts.store.name, survey: surveyor.survey(), attempts: attempts.now() },
    policy: view.policy?.policy ?? defaultPolicy(),
    mode: options.mode,
    monotonicMs: parts.clock.monotonicMs(),
  };
  const steps = judgeSilence(watched);
  asker.ask(steps.filter((step) => step.kind === 'ask'));
  surveyor.look(steps.flatMap((step) => (step.kind === 'look' ? [step.node] : [])));
  attempts.keep(view.nodes);
  for (const step of steps) {
    if (step.kind === 'ask' || step.kind === 'look') continue;
    if (!stands(leadership)) return;
    const outcome = await carryOut({ parts, options, leadership, caller, surveyor }, step, {
      ...watched,
      told: memory.told,
    });
    if (outcome.kind === 'told') memory.told = outcome.told;
    // Nobody can say whether it was told: what the pool says of it counts.
    if (outcome.kind === 'unknown') memory.toldFor = undefined;
  }
};
