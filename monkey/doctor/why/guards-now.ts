import { standing } from '../../../pool/standing.ts';
import { wantsStopStart } from '../rescue/duty.ts';
import { askedFirst, askedNext, censusWithout } from '../rescue/vetoes.ts';
import { lostPoolMs } from '../silence/told.ts';
import { census } from '../treatment/census.ts';
import type { Answer, Question } from '../treatment/guard.ts';
import { askGuards } from '../treatment/guards.ts';
import type { Case } from './case.ts';
import { rescueAhead } from './rescue-now.ts';

/** One guard's answer; `not-asked` where only the agent, or a controller, can ask it. */
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

/** As they would answer now: to a rescue where one is ahead, otherwise to its agent. */
export const guardsNow = (it: Case, remedy: Question['remedy']): readonly GuardLine[] => {
  const ahead = rescueAhead(it);
  const asker = ahead === undefined ? 'the agent' : 'the controller';
  const answers =
    ahead === undefined
      ? askGuards(questionOf(it, remedy))
      : askGuards(questionOfRescue(it, remedy), ahead.phase === 'first' ? askedFirst : askedNext);
  return answers.map((answer) =>
    answer.guard === asksEc2 && it.instance === undefined ? notAsked(asker) : lineOf(answer),
  );
};

const questionOf = (it: Case, remedy: Question['remedy']): Question => ({
  ...{ node: it.node, view: it.view, policy: it.policy, remedy, instance: it.instance, viewAgeMs: it.viewAgeMs },
  ...sinceLostPool(it),
  // One that is out already does not stand in its own way.
  census: standing(it.node) === 'out' ? censusWithout(it.node.id, it.view, it.policy) : census(it.view, it.policy),
});

/** As the controller has told it: only who watched the pool before knows that it was lost. */
const sinceLostPool = ({ incidents, view }: Case): Pick<Question, 'sinceLostPoolMs'> => {
  const lostMs = lostPoolMs(incidents);
  return lostMs === undefined ? {} : { sinceLostPoolMs: Math.max(0, view.nowMs - lostMs) };
};

const questionOfRescue = (it: Case, remedy: Question['remedy']): Question => ({
  ...questionOf(it, wantsStopStart(it.node) ? remedy : 'reboot'),
  census: censusWithout(it.node.id, it.view, it.policy),
});

const notAsked = (asker: string): GuardLine => ({
  guard: asksEc2,
  answer: 'not-asked',
  because: `${asker} asks EC2 when it comes to it`,
  detail: {},
});

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
