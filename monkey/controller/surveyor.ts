/*
 * Asks EC2 what it knows of machines, all of them in one question and beside the rounds.
 *
 * INVARIANTS
 * - One question at a time; after one that was not answered the next waits, ever longer.
 * - Nobody asked leaves EC2 alone: its client is not even loaded.
 */
import { afterLook, newSurvey, type Survey } from '../doctor/rescue/survey.ts';
import { backoffMs } from './backoff.ts';
import type { ControllerParts } from './parts.ts';
import { newSayOnce } from './say-once.ts';

export interface Surveyor {
  /** Begins a question about these, if none is under way and it is time. */
  readonly look: (nodes: readonly string[]) => void;
  /** As it stands now. */
  readonly survey: () => Survey;
  /** Resolves when nothing is under way any more. */
  readonly close: () => Promise<void>;
}

const answerWithinMs = 10_000;

type Parts = Pick<ControllerParts, 'power' | 'clock' | 'log' | 'random'>;

export const newSurveyor = ({ power, clock, log, random }: Parts, signal: AbortSignal): Surveyor => {
  let survey = newSurvey;
  let underWay: Promise<void> | undefined;
  let failures = 0;
  let nextMs = Number.NEGATIVE_INFINITY;
  const sayUnanswered = newSayOnce();

  const ask = async (nodes: readonly string[]): Promise<void> => {
    const described = await power
      .describeAll(nodes, { deadlineMs: answerWithinMs, signal })
      .catch((error: unknown) => ({ kind: 'unknown' as const, because: String(error) }));
    // A question that we broke off ourselves says nothing of EC2.
    if (signal.aborted) return;
    survey = afterLook(survey, described, clock.monotonicMs());
    failures = described.kind === 'unknown' ? failures + 1 : 0;
    nextMs = failures === 0 ? nextMs : clock.monotonicMs() + backoffMs(failures, random);
    if (described.kind === 'described') sayUnanswered(undefined, () => log.info('ec2-answers'));
    else sayUnanswered(described.because, () => log.warn('ec2-unknown', { because: described.because }));
  };

  return {
    survey: () => survey,
    look: (nodes) => {
      if (nodes.length === 0 || underWay !== undefined || clock.monotonicMs() < nextMs) return;
      underWay = ask(nodes).finally(() => {
        underWay = undefined;
      });
    },
    close: async () => {
      await underWay;
    },
  };
};
