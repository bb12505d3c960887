/** Gives an order to the pool: decides it on a fresh view, commits it, and says in words what came of it. */
import { randomUUID } from 'node:crypto';
import { systemClock } from '../../pool/clock.ts';
import { decideAndCommit } from '../../pool/decide.ts';
import type { Decide } from '../../pool/decision.ts';
import { PoolAway, PoolDenied } from '../../pool/store.ts';
import type { PoolView } from '../../pool/view.ts';
import { CommandFailed, Exit, type Io } from './command.ts';
import { withError } from './failure.ts';
import type { OpenPool } from './pool-command.ts';
import { harmless } from './print.ts';
import { type CommonOptions, wantsJson } from './settings.ts';

/** What an order came to; its JSON has `error` as well where it was refused. */
export type Outcome =
  | {
      readonly ok: true;
      readonly what: string;
      readonly version: number;
      /** What a person should know of the pool by now; of a policy. */
      readonly warnings?: readonly string[];
    }
  | {
      readonly ok: false;
      /** Names the reason: `unknown-node`, `held`, `vetoed`, `conflict`, … */
      readonly refusal: string;
      readonly because: string;
      readonly vetoes?: unknown;
    };

export const outcomeShape = `
JSON: {ok: true, what, version} or {ok: false, refusal, because, vetoes?, error: {kind, because, exit}}.`;

export interface OrderOptions extends CommonOptions {
  readonly by?: string;
  readonly because?: string;
  readonly force?: true;
}

export const giveOrder = async ({ store, limits }: OpenPool, decide: Decide): Promise<Outcome> => {
  const outcome = await decideAndCommit(store, decide, {
    attempts: 8,
    clock: systemClock,
    random: Math.random,
    newId: randomUUID,
    limits: limits(),
  });
  switch (outcome.kind) {
    case 'committed':
      return { ok: true, what: outcome.draft.what, version: outcome.version };
    case 'nothing':
      return refused(store.name, outcome.because, outcome.detail ?? {});
    case 'conflict':
      if (outcome.denied) throw new PoolDenied(outcome.because);
      return { ok: false, refusal: 'conflict', because: `the pool changes too fast: ${outcome.because}; try again` };
    case 'unacknowledged':
      return {
        ok: false,
        refusal: 'unacknowledged',
        because: `it is done, but no replica has confirmed it (${outcome.because}): a failover may undo it`,
      };
    case 'unknown':
      throw new CommandFailed(`nobody can say whether it was done: ${outcome.because}`, Exit.unreachable);
  }
};

/**
 * The pool after an order, for words alone. Undefined: it went away meanwhile, which takes nothing back of what the
 * order came to.
 */
export const viewAfter = async ({ store, limits }: OpenPool): Promise<PoolView | undefined> => {
  try {
    return await store.view(limits());
  } catch (error) {
    if (error instanceof PoolAway) return undefined;
    throw error;
  }
};

const refused = (
  pool: string,
  because: string,
  { refusal, ...detail }: Readonly<Record<string, unknown>>,
): Outcome => ({
  ok: false,
  refusal: typeof refusal === 'string' ? refusal : 'refused',
  because: refusal === 'no-pool' ? `no pool ${pool} here: ${because}` : because,
  ...(detail['vetoes'] === undefined ? {} : { vetoes: detail['vetoes'] }),
});

/** All orders of whom guards may veto take it. */
const forceText = ({ refusal }: Extract<Outcome, { ok: false }>): string =>
  refusal === 'vetoed' ? '; with --force it is done all the same, and the record says so' : '';

/** Prints an outcome, in the words of `done` where it is fine, and says how the command ends. */
export const tell = (io: Io, options: CommonOptions, outcome: Outcome, done: string): Exit => {
  if (wantsJson(options)) io.out.write(`${JSON.stringify(toPrograms(outcome))}\n`);
  else if (outcome.ok) io.out.write(`${harmless(done)}\n`);
  else io.err.write(`monkey: ${harmless(outcome.because)}${forceText(outcome)}\n`);
  return outcome.ok ? Exit.fine : Exit.bad;
};

const toPrograms = (outcome: Outcome): object =>
  outcome.ok ? outcome : withError(outcome, { kind: 'failed', because: outcome.because, exit: Exit.bad });
