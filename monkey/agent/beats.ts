import type { BeatAnswer } from '../../pool/store.ts';
import type { Finding } from '../doctor/diagnosis/course.ts';
import type { Vitals } from '../doctor/vitals/vitals.ts';
import { type Context, poolLimits } from './context.ts';
import { isOver } from './is-over.ts';

/** What a beat tells of this node. */
export interface Condition {
  readonly vitals: Vitals | undefined;
  readonly finding: Finding;
  /** What failed in the last pass of the checks before it serves. */
  readonly failing?: string | undefined;
}

/**
 * Beats until the signal aborts. Each pause is jittered, so that a thousand agents started together do not beat in
 * step; that beats fail is said once, and so is the first that arrives again.
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
      const vitals = { ...condition(), mode: options.mode, restarts: parts.service !== undefined };
      const answer = await parts.store.beat({ node: self.id, session: self.session, vitals }, poolLimits(context));
      if (away) parts.log.info('pool-back', { node: self.id });
      away = false;
      onAnswer(answer);
    } catch (error) {
      const because = error instanceof Error ? error.message : String(error);
      if (!away && !isOver(signal)) parts.log.warn('pool-away', { node: self.id, because });
      away = true;
    }
    await parts.clock.sleep(options.beatMs * (0.9 + 0.2 * parts.random()), signal);
  }
};
