import type { Expectation, Write } from './commit.ts';
import type { Notice } from './notice.ts';
import type { PoolView } from './view.ts';

/** A change that judgement wants, before the store's bookkeeping (epoch, live list, admission) is worked out from it. */
export interface CommitDraft {
  readonly what: string;
  readonly expect: readonly Expectation[];
  readonly writes: readonly Write[];
  readonly notices: readonly Notice[];
  readonly durable: boolean;
}

export type Decision =
  | { readonly kind: 'commit'; readonly draft: CommitDraft }
  /** Nothing is to be changed; `because` says why in words, `detail` as data (vetoes, say). */
  | { readonly kind: 'nothing'; readonly because: string; readonly detail?: Readonly<Record<string, unknown>> };

/**
 * Judgement: from what is known to what is to change. `commitId` is new with each try; ids of incidents, drains
 * and notices are made from it, so that judgement needs no randomness of its own.
 */
export type Decide = (view: PoolView, commitId: string) => Decision;
