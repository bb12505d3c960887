/** The table of guards: every one is asked, so that a refusal names all its reasons. */
import type { Answer, Guard, Question, Veto } from './guard.ts';
import { cooldown } from './guards/cooldown.ts';
import { fingerprint } from './guards/fingerprint.ts';
import { forecast } from './guards/forecast.ts';
import { freshView } from './guards/fresh-view.ts';
import { heat } from './guards/heat.ts';
import { hold } from './guards/hold.ts';
import { lever } from './guards/lever.ts';
import { minServing } from './guards/min-serving.ts';
import { nodeBudget } from './guards/node-budget.ts';
import { outAtOnce } from './guards/out-at-once.ts';
import { poolBudget } from './guards/pool-budget.ts';
import { running } from './guards/running.ts';
import { window } from './guards/window.ts';

/** In the order in which they are told: what a human has said first, then the time, the pool, the node, the machine. */
export const guards: Readonly<Record<string, Guard>> = {
  lever,
  hold,
  window,
  'out-at-once': outAtOnce,
  'min-serving': minServing,
  heat,
  forecast,
  cooldown,
  'node-budget': nodeBudget,
  'pool-budget': poolBudget,
  fingerprint,
  running,
  'fresh-view': freshView,
};

/** Those of these names. */
export const guardsNamed = (...names: readonly string[]): Readonly<Record<string, Guard>> =>
  Object.fromEntries(Object.entries(guards).filter(([name]) => names.includes(name)));

/** Asks all guards, or those of `asked`, in their order. A guard that throws is a veto: a bug must not open the way. */
export const askGuards = (question: Question, asked = guards): readonly Answer[] =>
  Object.entries(asked).map(([name, guard]) => ask(name, guard, question));

export const vetoesOf = (answers: readonly Answer[]): readonly Veto[] =>
  answers.filter((answer) => answer.kind === 'veto');

const ask = (name: string, guard: Guard, question: Question): Answer => {
  try {
    return { ...guard(question), guard: name };
  } catch (error) {
    return { kind: 'veto', guard: name, because: `the guard failed: ${String(error)}`, detail: {} };
  }
};
