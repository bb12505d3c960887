import { decideAndCommit, type Tries } from '../../pool/decide.ts';
import type { Decide } from '../../pool/decision.ts';
import { defaultPolicy, type Policy } from '../../pool/policy.ts';
import type { Limits } from '../../pool/store.ts';
import type { PoolView } from '../../pool/view.ts';
import type { EvidenceDesk } from './evidence-desk.ts';
import type { Known } from './known.ts';
import type { MemoryDiary } from './memory-diary.ts';
import type { AgentOptions, AgentParts, Self } from './parts.ts';
import type { Profiling } from './profiling.ts';

/** What every step of the agent works with. */
export interface Context {
  readonly parts: AgentParts;
  readonly options: AgentOptions;
  readonly self: Self;
  readonly known: Known;
  readonly evidence: EvidenceDesk;
  readonly profiling: Profiling;
  readonly memory: MemoryDiary;
  readonly signal: AbortSignal;
}

export const poolLimits = ({ options, signal }: Pick<Context, 'options' | 'signal'>): Limits => ({
  deadlineMs: options.poolDeadlineMs,
  signal,
});

/** Who acts: what every judgement on our own record asks for. */
export const whoOf = ({ self }: Context) => ({ node: self.id, session: self.session });

/** The pool as it was read, and when that began by the monotonic clock. */
export interface Read {
  readonly view: PoolView;
  readonly askedAtMs: number;
}

/** Reads the pool and remembers whose it is. */
export const viewNow = async (context: Context): Promise<PoolView> => {
  const view = await context.parts.store.view(poolLimits(context));
  remember(context, view);
  return view;
};

export const remember = ({ known, self }: Context, view: PoolView): void => {
  known.read({ epoch: view.epoch, version: view.version, record: view.nodes.get(self.id) });
};

export const policyOf = (view: PoolView): Policy => view.policy?.policy ?? defaultPolicy();

/** What may be known of the pool already, and of who else decides. */
type Before = Pick<Tries, 'known' | 'rivals' | 'onRead'>;

/** Decides on a fresh view, or first on one `known` for a moment, and commits, again on a conflict; logs what came of it. */
export const change = async (context: Context, decide: Decide, before: Before = {}) => {
  const { store, clock, random, newId, log } = context.parts;
  const tries = { attempts: 6, clock, random, newId, limits: poolLimits(context) };
  const outcome = await decideAndCommit(store, decide, { ...tries, ...before });
  if (outcome.kind === 'committed')
    log.info('committed', { node: context.self.id, what: outcome.draft.what, version: outcome.version });
  else if (outcome.kind !== 'nothing')
    log.warn('not-committed', { node: context.self.id, outcome: outcome.kind, because: outcome.because });
  return outcome;
};
