import { buildCommit } from './build-commit.ts';
import type { Clock } from './clock.ts';
import type { CommitDraft, Decide } from './decision.ts';
import type { Limits, PoolStore } from './store.ts';
import type { PoolView } from './view.ts';

export interface Tries {
  /** How often to decide at the most; a conflict leads to a new decision from a fresh view. */
  readonly attempts: number;
  readonly clock: Clock;
  /** 0 to 1, for the jitter between tries. */
  readonly random: () => number;
  /** A new commit id, unique in the world. */
  readonly newId: () => string;
  readonly limits: Limits;
  /** Read a moment ago by who decides: the first try is made from it. What it no longer is ends in a conflict. */
  readonly known?: PoolView;
  /** How many may be deciding on the same at this moment, by the view; tries after a conflict are spread the wider. */
  readonly rivals?: (view: PoolView) => number;
  /** Called right before the pool is read: a view is as old as the time since then. */
  readonly onRead?: () => void;
}

export type Outcome =
  | {
      readonly kind: 'committed';
      readonly version: number;
      readonly atMs: number;
      readonly commit: string;
      readonly draft: CommitDraft;
    }
  | { readonly kind: 'nothing'; readonly because: string; readonly detail?: Readonly<Record<string, unknown>> }
  /** Every try met a newer pool. Nothing was applied. */
  | { readonly kind: 'conflict'; readonly because: string; readonly denied?: true }
  /** Applied, but no replica has said so in time: hands off. */
  | { readonly kind: 'unacknowledged'; readonly because: string }
  /** Nobody can say whether it was applied: hands off, and read the record before the next step. */
  | { readonly kind: 'unknown'; readonly because: string };

const shortestPauseMs = 5;
/** Added for each rival: about what it takes one of them to read a big pool anew and decide, see docs/benchmarks.md. */
const pauseForRivalMs = 2;

/**
 * The one way in which state changes: read the view, decide, commit; on a conflict again from a fresh view, with a
 * pause that doubles and is jittered, so that many who decide at once do not meet again.
 * @throws PoolAway where the view can't be read
 */
export const decideAndCommit = async (store: PoolStore, decide: Decide, tries: Tries): Promise<Outcome> => {
  const { attempts, clock, random, newId, limits, known, rivals = nobody, onRead = nothing } = tries;
  let conflict = 'no try was made';
  let met = 0;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (attempt > 0) await clock.sleep(pauseMs(attempt, met, random), limits.signal);
    if (attempt > 0 || known === undefined) onRead();
    const view = attempt === 0 && known !== undefined ? known : await store.view(limits);
    met = rivals(view);
    const id = newId();
    const decision = decide(view, id);
    if (decision.kind === 'nothing') return decision;
    const result = await store.commit(buildCommit(view, decision.draft, id), limits);
    if (result.kind === 'committed') return { ...result, commit: id, draft: decision.draft };
    if (result.kind !== 'conflict') return { kind: result.kind, because: result.because };
    if (result.denied) return result;
    conflict = result.because;
    if (limits.signal?.aborted === true) break;
  }
  return { kind: 'conflict', because: conflict };
};

const nobody = (): number => 0;
const nothing = (): void => undefined;

/**
 * Of many rivals a few come back soon and most of them late, which the root does to evenly distributed chance: those for
 * whom there is room meet hardly anybody, and the others find it taken instead of meeting again.
 */
const pauseMs = (attempt: number, rivals: number, random: () => number): number =>
  shortestPauseMs * 2 ** attempt * (0.5 + random()) + rivals * pauseForRivalMs * Math.sqrt(random());
