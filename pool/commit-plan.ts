import type { Commit, Expectation, NodeDraft, Write } from './commit.ts';
import { toJson } from './json.ts';
import { pagesOf } from './pages.ts';

/** A commit as the script reads it. Whatever is stored as it is comes as text that is JSON already. */
export interface CommitPlan {
  readonly id: string;
  readonly what: string;
  readonly moves: boolean;
  readonly expect: readonly Expectation[];
  /** In the order of the writes, the last write of a node only; without `json` the node is removed. */
  readonly nodes: readonly { readonly id: string; readonly json?: string }[];
  /** The live list is dropped first. */
  readonly whole: boolean;
  readonly remove: readonly string[];
  readonly add: readonly string[];
  /** JSON of the lever pulled; `false`: let go; absent: untouched. */
  readonly lever?: string | false;
  readonly policy?: { readonly source: string; readonly by: string };
  readonly lease?: string;
  readonly routers: readonly string[];
  readonly incidents: readonly { readonly incident: string; readonly node: string; readonly entry: string }[];
  readonly notices: readonly string[];
  /** Those that the pager needs as well, see pages.ts. */
  readonly pages: readonly string[];
}

export const commitPlan = (commit: Commit): CommitPlan => {
  const { id, what, expect, writes, notices, live } = commit;
  const last = <K extends Write['kind']>(...kinds: readonly K[]): WriteOf<K> | undefined =>
    writes.filter((write): write is WriteOf<K> => (kinds as readonly string[]).includes(write.kind)).at(-1);
  const lever = last('pull-lever', 'free-lever');
  const policy = last('put-policy');
  const lease = last('put-lease');
  return {
    ...{
      id,
      what,
      expect,
      moves: commit.movesAdmission,
      whole: live.whole === true,
      remove: live.remove,
      add: live.add,
    },
    nodes: nodesOf(writes),
    routers: writes.flatMap((write) => (write.kind === 'forget-router' ? [write.router] : [])),
    incidents: writes.flatMap((write) =>
      write.kind === 'incident' ? [{ incident: write.incident, node: write.node, entry: toJson(write.entry) }] : [],
    ),
    notices: notices.map(toJson),
    pages: pagesOf(commit).map(toJson),
    ...(lever === undefined ? {} : { lever: lever.kind === 'pull-lever' && toJson(lever.lever) }),
    ...(policy === undefined ? {} : { policy: { source: toJson(policy.source), by: policy.by } }),
    ...(lease === undefined ? {} : { lease: toJson(lease.lease) }),
  };
};

type WriteOf<K extends Write['kind']> = Extract<Write, { readonly kind: K }>;

const nodesOf = (writes: readonly Write[]): CommitPlan['nodes'] => {
  const nodes = new Map<string, CommitPlan['nodes'][number]>();
  for (const write of writes) {
    if (write.kind === 'put-node') nodes.set(write.node.id, { id: write.node.id, json: draftJson(write.node) });
    if (write.kind === 'remove-node') nodes.set(write.node, { id: write.node });
  }
  return [...nodes.values()];
};

/** Who decides may have spread a whole record into the draft: stamps are the store's alone, so they are left out. */
const draftJson = (draft: NodeDraft): string => toJson({ ...draft, version: undefined, commit: undefined });
