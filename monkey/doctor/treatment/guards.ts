/** The table of guards: every one is asked, so that a refusal names all its reasons. */
import type { Answer, Guard, Question, Veto } from './guard.ts';
import { cooldown } from './guards/cooldown.ts';
import { freshView } from './guards/fresh-view.ts';
import { hold } from './guards/hold.ts';
import { lever } from './guards/lever.ts';
import { minServing } from './guards/min-serving.ts';
import { outAtOnce } from './guards/out-at-once.ts';

const guards: Readonly<Record<string, Guard>> = {
  lever,
  hold,
  'out-at-once': outAtOnce,
  'min-serving': minServing,
  cooldown,
  'fresh-view': freshView,
};

/** Asks all guards, or those of `asked`. A guard that throws is a veto: a bug must not open the way. */
export const askGuards = (question: Question, asked = guards): readonly Answer[] =>
  Object.entries(asked).map(([name, guard]) => ask(name, guard, question));

export const vetoesOf = (answers: readonly Answer[]): readonly Veto[] =>
  answers.filter((answer) => answer.kind === 'veto');

const ask = (name: string, guard: Guard, question: Question): Answer => {
  try {
    const verdict = guard(question);
    return verdict.kind === 'allow'
      ? { ...verdict, guard: name }
      : { kind: 'veto', guard: name, because: verdict.because, detail: verdict.detail ?? {} };
  } catch (error) {
    return { kind: 'veto', guard: name, because: `the guard failed: ${String(error)}`, detail: {} };
  }
};
