/** Takes what Node puts between the frames of one's own code out of a profile. */
import { StackTree } from './stack-tree.ts';

/**
 * Frames that say how V8 calls and compiles, not what the program does: the list of Node's guide to flame graphs
 * (https://nodejs.org/en/learn/diagnostics/flame-graphs), and the trampolines and built-ins that V8 has got since.
 */
const noise =
  /^(?:__libc_start|v8::internal::|Builtins?[:_]|Stub:|(?:Keyed)?(?:Load|Store)IC:|LoadPolymorphicIC:|\[unknown\]$|JSEntry|InterpreterEntryTrampoline|InterpretedFunction:?$)/;
/** `JS:*` is optimized, `JS:^` and `JS:+` half so, `JS:~` interpreted; older perf maps say LazyCompile, Function, Script, Eval. */
const mark = /^(?:JS|LazyCompile|Function|Script|Eval):[*~^+'-]*/;

/** A frame's name without V8's marks; nothing where the frame is noise. */
export const strippedName = (name: string): string | undefined => {
  if (noise.test(name)) return undefined;
  const bare = name.replace(mark, '');
  return bare === name ? name : bare.startsWith(' ') || bare === '' ? `(anonymous)${bare}` : bare;
};

/** The same samples without the noise: what was in a frame that is left out counts for the one that called it. */
export const stripNode = (tree: StackTree): StackTree => {
  const stripped = new StackTree(tree.isInOrder ? 'in-order' : 'merged');
  const names = Array.from({ length: tree.names.size }, (_, id) => {
    const name = strippedName(tree.names.name(id));
    return name === undefined ? -1 : stripped.names.idOf(name);
  });
  const places = new Int32Array(tree.size);
  for (let node = 1; node < tree.size; node += 1) {
    const under = places[tree.parent(node)] ?? 0;
    const name = names[tree.frame(node)] ?? -1;
    const place = name < 0 ? under : stripped.child(under, name);
    places[node] = place;
    if (tree.count(node) > 0) stripped.add(place, tree.value(node), tree.count(node));
  }
  return stripped;
};
