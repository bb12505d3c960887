import { buildCommit } from '../../pool/build-commit.ts';
import type { CommitResult, Write } from '../../pool/commit.ts';
import type { CommitDraft } from '../../pool/decision.ts';
import type { Limits, PoolStore } from '../../pool/store.ts';
import { draftOf } from './nodes.ts';

let ids = 0;

/** An id for a commit, unique in this process. */
export const newCommitId = (): string => {
  ids += 1;
  return `commit-${ids}`;
};

/** Commits writes decided from a fresh view. */
export const commitTo = async (
  store: PoolStore,
  writes: readonly Write[],
  rest: Partial<CommitDraft> = {},
  limits: Limits = { deadlineMs: 20_000 },
): Promise<CommitResult & { readonly id: string }> => {
  const id = newCommitId();
  const commit = buildCommit(await store.view(limits), draftOf(writes, rest), id);
  return { ...(await store.commit(commit, limits)), id };
};
