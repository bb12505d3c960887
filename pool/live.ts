import type { LiveChange, Write } from './commit.ts';
import type { NodeRecord } from './record.ts';

type Nodes = ReadonlyMap<string, NodeRecord>;
type After = ReadonlyMap<string, { readonly url: string; readonly state: string } | undefined>;

/**
 * What a commit's writes do to the live list. URLs of nodes written that no longer serve go, even where the record
 * before did not serve: a list that has gone wrong is put right by whoever touches the node. URLs of nodes written
 * that serve are put in again, once. A URL stays while any node serves at it.
 */
export const liveChange = (before: Nodes, writes: readonly Write[]): LiveChange => {
  const after = written(writes);
  if (after.size === 0) return { remove: [], add: [] };
  const touched = new Set<string>();
  for (const [id, node] of after)
    for (const url of [before.get(id)?.url, node?.url]) if (url !== undefined) touched.add(url);
  const add = new Set([...after.values()].filter(isServing).map((node) => node?.url ?? ''));
  const stays = servedByOthers(before, after, touched);
  return { remove: [...touched].filter((url) => !stays.has(url) && !add.has(url)), add: [...add] };
};

/** The whole list after a commit, for one that was found wrong before it. */
export const wholeList = (before: Nodes, writes: readonly Write[]): LiveChange => {
  const after = written(writes);
  const serving = [...after.values()].filter(isServing).map((node) => node?.url ?? '');
  return { whole: true, remove: [], add: [...new Set([...servedByOthers(before, after), ...serving])] };
};

/** Whether a live list holds exactly the URLs of serving nodes, each once. */
export const isRight = (live: readonly string[], nodes: Nodes): boolean => {
  const serving = servedByOthers(nodes, new Map());
  return live.length === serving.size && live.every((url) => serving.has(url)) && new Set(live).size === live.length;
};

const written = (writes: readonly Write[]): After => {
  const after = new Map<string, { readonly url: string; readonly state: string } | undefined>();
  for (const write of writes) {
    if (write.kind === 'put-node') after.set(write.node.id, write.node);
    if (write.kind === 'remove-node') after.set(write.node, undefined);
  }
  return after;
};

/** URLs, of those asked for, that nodes serve at which are not written. */
const servedByOthers = (before: Nodes, after: After, asked?: ReadonlySet<string>): ReadonlySet<string> => {
  const served = new Set<string>();
  for (const [id, node] of before)
    if (asked?.has(node.url) !== false && isServing(node) && !after.has(id)) served.add(node.url);
  return served;
};

const isServing = (node: { readonly state: string } | undefined): boolean => node?.state === 'serving';
