import { decideAndCommit } from '../../pool/decide.ts';
import type { Decide } from '../../pool/decision.ts';
import type { Policy } from '../../pool/policy.ts';
import { defaultPolicy } from '../../pool/policy.ts';
import type { Limits } from '../../pool/store.ts';
import type { PoolView } from '../../pool/view.ts';
import type { Known } from './known.ts';
import type { AgentOptions, AgentParts, Self } from './parts.ts';

/** What every step of the agent works with. */
export interface Context {
  readonly parts: AgentParts;
  readonly options: AgentOptions;
  readonly self: Self;
  readonly known: Known;
  readonly signal: AbortSignal;
}

export const poolLimits = ({ options, signal }: Pick<Context, 'options' | 'signal'>): Limits => ({
  deadlineMs: options.poolDeadlineMs,
  signal,
});

/** Reads the pool and remembers whose it is. */
export const viewNow = async (context: Context): Promise<PoolView> => {
  const view = await context.parts.store.view(poolLimits(context));
  context.known.read(view);
  return view;
};

export const policyOf = (view: PoolView): Policy => view.policy?.policy ?? defaultPolicy();

/** Decides on a fresh view and commits, again on a conflict; logs what came of it. */
export const change = async (context: Context, decide: Decide) => {
  const { store, clock, random, newId, log } = context.parts;
  const outcome = await decideAndCommit(store, decide, {
    attempts: 6,
    clock,
    random,
    newId,
    limits: poolLimits(context),
  });
  if (outcome.kind === 'committed')
    log.info('committed', { node: context.self.id, what: outcome.draft.what, version: outcome.version });
  else if (outcome.kind !== 'nothing')
    log.warn('not-committed', { node: context.self.id, outcome: outcome.kind, because: outcome.because });
  return outcome;
};
