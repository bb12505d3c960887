import { census } from '../treatment/census.ts';
import type { Answer, Question } from '../treatment/guard.ts';
import { askGuards } from '../treatment/guards.ts';
import type { Case } from './case.ts';

/** One guard's answer; `not-asked` where only the agent can ask it. */
export interface GuardLine {
  readonly guard: string;
  readonly answer: 'allow' | 'veto' | 'not-asked';
  /** Its value against its limit, in words. */
  readonly because: string;
  /** The same as data. `remainingMs`: it will say yes by itself after that. */
  readonly detail: Readonly<Record<string, number | string>>;
}

/** The guard that needs EC2's word, which is not asked for unless somebody wants it. */
const asksEc2 = 'running';

export const guardsNow = (it: Case, remedy: Question['remedy']): readonly GuardLine[] =>
  askGuards(questionOf(it, remedy)).map((answer) =>
    answer.guard === asksEc2 && it.instance === undefined ? notAsked : lineOf(answer),
  );

const questionOf = ({ node, view, policy, viewAgeMs, instance }: Case, remedy: Question['remedy']): Question => ({
  ...{ node, view, policy, remedy, instance, viewAgeMs },
  census: census(view, policy),
});

const notAsked: GuardLine = {
  guard: asksEc2,
  answer: 'not-asked',
  because: 'the agent asks EC2 when it comes to it',
  detail: {},
};

const lineOf = (answer: Answer): GuardLine => ({
  guard: answer.guard,
  answer: answer.kind,
  because: answer.because,
  detail: answer.detail,
});

export const vetoing = (guards: readonly GuardLine[]): readonly GuardLine[] =>
  guards.filter(({ answer }) => answer === 'veto');

/** How long a guard will go on vetoing if nothing else happens, in milliseconds; undefined where it cannot tell. */
export const letsGoInMs = ({ detail }: GuardLine): number | undefined => {
  const { remainingMs } = detail;
  return typeof remainingMs === 'number' && remainingMs >= 0 ? remainingMs : undefined;
};
