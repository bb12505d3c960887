/*
 * Profiles that people ask this node for. They change nothing, so an agent that only observes takes them too.
 *
 * INVARIANTS
 * - One at a time, and none sooner than some seconds after the last: nobody can keep the app under the profiler.
 * - Evidence of a sick node goes first, see profiling.ts: a human's profile is ended for it, and says so.
 * - Every order that is heard of is answered once; what fails is an answer too.
 */
import { type ProfileOrder, profileKept, profileSecondsMost } from '../../pool/profile-order.ts';
import { messageOf } from '../../pool/thrown.ts';
import { own } from '../doctor/life/own.ts';
import type { Captured, NotCaptured } from '../doctor/ports/profiler.ts';
import { profileAnswerText } from '../doctor/report/profile-answer.ts';
import { type Context, poolLimits, viewNow, whoOf } from './context.ts';

export interface ProfileDesk {
  /** What a beat has brought: an order that stands, or none. */
  readonly heard: (order: ProfileOrder | undefined) => void;
}

const apartMs = 10_000;
/** What a capture may take beyond the time that is asked for. */
const slackMs = 10_000;

export const newProfileDesk = (context: Context): ProfileDesk => {
  const { parts, self, signal } = context;
  let last: string | undefined;
  let endedMs = Number.NEGATIVE_INFINITY;

  const take = async ({ seconds, hz }: ProfileOrder): Promise<Captured | NotCaptured> => {
    if (seconds > profileSecondsMost) return refused(`an agent profiles for at most ${profileSecondsMost} s`);
    const sinceMs = parts.clock.monotonicMs() - endedMs;
    if (sinceMs < apartMs)
      return refused(`the last profile ended ${Math.floor(sinceMs / 1_000)} s ago: one in ${apartMs / 1_000} s`);
    const ask = { seconds, hz, mayDeoptimize: await isOutOfService(context) };
    const answer = await context.profiling.asked(ask, { deadlineMs: seconds * 1_000 + slackMs, signal });
    endedMs = parts.clock.monotonicMs();
    return answer;
  };

  const obey = async (order: ProfileOrder): Promise<void> => {
    const { id, by } = order;
    parts.log.info('profile-asked', { node: self.id, by, seconds: order.seconds });
    try {
      const answer = await take(order).catch((error: unknown) => refused(messageOf(error)));
      await parts.store.answerProfile(self.id, id, profileAnswerText(answer, profileKept.bytes), poolLimits(context));
      parts.log.info('profile-answered', { node: self.id, by, answer: answer.kind });
    } catch (error) {
      parts.log.warn('profile-not-answered', { node: self.id, by, because: messageOf(error) });
    }
  };

  return {
    heard: (order) => {
      // The pool keeps one order of a node at a time, until it is answered: another id is another order.
      if (order === undefined || order.id === last) return;
      last = order.id;
      void obey(order);
    },
  };
};

/** A node that serves, or of which nobody can say, is not slowed down so that a picture of it gets sharper. */
const isOutOfService = async (context: Context): Promise<boolean> =>
  viewNow(context).then(
    (view) => own(view, whoOf(context), 'draining', 'checking', 'quarantined', 'held') !== undefined,
    () => false,
  );

const refused = (because: string): NotCaptured => ({ kind: 'not-captured', why: 'not-allowed', because });
