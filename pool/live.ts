import type { LiveChange, Write } from './commit.ts';
import type { NodeRecord } from './record.ts';

/**
 * What a commit's writes do to the live list. URLs of nodes written that no longer serve go, even where the record
 * before did not serve: a list that has gone wrong is put right by whoever touches the node. URLs of nodes written
 * that serve are put in again, once. A URL stays while any node serves at it.
 */
export const liveChange = (before: ReadonlyMap<string, NodeRecord>, writes: readonly Write[]): LiveChange => {
  const after = new Map<string, { readonly url: string; readonly state: string } | undefined>();
  const touched = new Set<string>();
  for (const write of writes) {
    if (write.kind !== 'put-node' && write.kind !== 'remove-node') continue;
    const id = write.kind === 'put-node' ? write.node.id : write.node;
    after.set(id, write.kind === 'put-node' ? write.node : undefined);
    touched.add(before.get(id)?.url ?? '');
    if (write.kind === 'put-node') touched.add(write.node.url);
  }
  touched.delete('');
  if (touched.size === 0) return { remove: [], add: [] };
  const served = new Set<string>();
  for (const [id, node] of before) if (!after.has(id) && isServing(node)) served.add(node.url);
  const written = [...after.values()].filter((node) => node !== undefined);
  const add = new Set(written.filter(isServing).map(({ url }) => url));
  return { remove: [...touched].filter((url) => !served.has(url) && !add.has(url)), add: [...add] };
};

const isServing = ({ state }: { readonly state: string }): boolean => state === 'serving';
