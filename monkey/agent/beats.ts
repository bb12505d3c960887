import { type BeatAnswer, PoolAway } from '../../pool/store.ts';
import type { Finding } from '../doctor/diagnosis/course.ts';
import type { Vitals } from '../doctor/vitals/vitals.ts';
import { type Context, poolLimits } from './context.ts';

/** What a beat tells of this node. */
export interface Condition {
  readonly vitals: Vitals | undefined;
  readonly finding: Finding;
}

/**
 * Beats until the signal aborts. Each pause is jittered, so that a thousand agents started together do not beat in
 * step; a beat that fails is said once, and so is the first that arrives again.
 */
export const beatOn = async (
  context: Context,
  condition: () => Condition,
  onAnswer: (answer: BeatAnswer) => void,
): Promise<void> => {
  const { parts, options, self, signal } = context;
  let away = false;
  while (!signal.aborted) {
    try {
      const answer = await parts.store.beat(
        { node: self.id, session: self.session, vitals: { ...condition() } },
        poolLimits(context),
      );
      if (away) parts.log.info('pool-back', { node: self.id });
      away = false;
      onAnswer(answer);
    } catch (error) {
      if (!(error instanceof PoolAway)) throw error;
      if (!away && !signal.aborted) parts.log.warn('pool-away', { node: self.id, because: error.message });
      away = true;
    }
    await parts.clock.sleep(options.beatMs * (0.9 + 0.2 * parts.random()), signal);
  }
};
