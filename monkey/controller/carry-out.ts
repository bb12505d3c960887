import { decideAndCommit } from '../../pool/decide.ts';
import type { Decide } from '../../pool/decision.ts';
import { defaultPolicy } from '../../pool/policy.ts';
import { draftOf } from '../doctor/silence/draft.ts';
import { judgeSilence } from '../doctor/silence/judge.ts';
import type { SilenceStep } from '../doctor/silence/step.ts';
import { afterTelling, type Told } from '../doctor/silence/told.ts';
import { afterRead } from '../doctor/silence/watch.ts';
import type { Watched } from '../doctor/silence/watched.ts';
import type { Caller } from './caller.ts';
import type { Leadership } from './leadership.ts';
import type { ControllerOptions, ControllerParts } from './parts.ts';
import type { Surveyor } from './surveyor.ts';

type Act = Exclude<SilenceStep, { kind: 'ask' | 'look' }>;

interface Hand {
  /** What EC2 has said by now. */
  readonly surveyor: Pick<Surveyor, 'survey'>;
  readonly parts: ControllerParts;
  readonly options: ControllerOptions;
  readonly leadership: Leadership;
  readonly caller: Pick<Caller, 'call'>;
}

export type CarriedOut =
  | { readonly kind: 'told'; readonly told: Told }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unknown' };

/** Commits a step, unless a view that was read just now leads to another judgement. */
export const carryOut = async (hand: Hand, step: Act, watched: Watched): Promise<CarriedOut> => {
  const { parts, options, leadership } = hand;
  const { store, clock, random, newId, log } = parts;
  const limits = { deadlineMs: options.poolDeadlineMs };
  const decide = stillSo(step, watched, hand);
  const outcome = await decideAndCommit(store, decide, { attempts: 3, clock, random, newId, limits });
  switch (outcome.kind) {
    case 'committed':
      log.info('committed', { what: outcome.draft.what, version: outcome.version, ...aboutStep(step) });
      if (step.kind === 'call') {
        const { version, commit } = outcome;
        hand.caller.call({ node: step.node.id, call: step.call, version, commit }, leadership);
      }
      return told(step, watched.told);
    case 'unacknowledged':
      // It was applied; should the replica lose it, the record is as it was and is judged again. No call is made on it.
      log.warn('not-acknowledged', { because: outcome.because, ...aboutStep(step) });
      return told(step, watched.told);
    case 'nothing':
      return { kind: 'nothing' };
    case 'conflict':
    case 'unknown':
      log.warn('not-committed', { outcome: outcome.kind, because: outcome.because, ...aboutStep(step) });
      return { kind: 'unknown' };
  }
};

const told = (step: Act, before: Told): CarriedOut =>
  step.kind === 'forget-router' ? { kind: 'nothing' } : { kind: 'told', told: afterTelling(before, step.story) };

/**
 * Judges again from the view that the commit is made from, by its policy and by the clock of this moment: the step stands only
 * if it is still among the steps.
 */
const stillSo =
  (step: Act, watched: Watched, { parts, options, leadership, surveyor }: Hand): Decide =>
  (view, commitId) => {
    const monotonicMs = parts.clock.monotonicMs();
    const now: Watched = {
      ...{ ...watched, view, monotonicMs, survey: surveyor.survey() },
      ...{ policy: view.policy?.policy ?? defaultPolicy(), watch: afterRead(watched.watch, view, monotonicMs) },
    };
    const again = judgeSilence(now).find((other): other is Act => isSame(step, other));
    if (again === undefined) return { kind: 'nothing', because: 'it is no longer so' };
    const { settle } = now.policy.reboot;
    const by = { leaderToken: leadership.token, controller: options.id, settleMs: settle };
    return { kind: 'commit', draft: draftOf(again, by, view, commitId) };
  };

const isSame = (one: Act, other: SilenceStep): boolean => {
  if (one.kind === 'forget-router') return other.kind === 'forget-router' && one.router === other.router;
  return one.kind === other.kind && one.story.incident === other.story.incident && one.story.step === other.story.step;
};

const aboutStep = (step: Act): Readonly<Record<string, unknown>> =>
  step.kind === 'forget-router' ? { router: step.router } : { node: step.story.node, because: step.story.because };
