/**
 * `.cpuprofile`, as V8's profiler writes it.
 * Shape: https://chromedevtools.github.io/devtools-protocol/tot/Profiler/#type-Profile
 */
import * as z from 'zod';
import { bytesOf } from '../frame-names.ts';
import { NotAProfile, type Profile } from '../profile.ts';
import type { StackTree } from '../stack-tree.ts';

const schema = z.object({
  nodes: z.array(
    z.object({
      id: z.number(),
      callFrame: z.object({
        functionName: z.string(),
        url: z.string().default(''),
        lineNumber: z.number().default(-1),
        columnNumber: z.number().default(-1),
      }),
      hitCount: z.number().optional(),
      children: z.array(z.number()).optional(),
    }),
  ),
  startTime: z.number(),
  endTime: z.number(),
  samples: z.array(z.number()).optional(),
  timeDeltas: z.array(z.number()).optional(),
});
type CpuProfile = z.infer<typeof schema>;
type ProfileNode = CpuProfile['nodes'][number];

/** What V8 puts at the bottom of everything, and what says that nothing ran. */
const bottom = '(root)';
const idle = '(idle)';

/** Reads a parsed `.cpuprofile`; values are µs of CPU, time in which nothing ran is left out. */
export const readCpuProfile = (json: unknown, tree: StackTree): Profile => {
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new NotAProfile(`a .cpuprofile in which ${z.prettifyError(parsed.error).split('\n')[0]}`);
  const profile = parsed.data;
  const stacks = stacksOf(profile.nodes);
  if (profile.samples === undefined) addHits(profile, tree, stacks);
  else addSamples(profile, profile.samples, tree, stacks);
  return { format: 'cpuprofile', tree, unit: profile.samples === undefined ? 'samples' : 'µs', notes: [] };
};

type Stacks = ReadonlyMap<number, readonly string[]>;

/** The stack of each node, bottom first; none for those that do not count. Parents may stand behind their children. */
const stacksOf = (nodes: readonly ProfileNode[]): Stacks => {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const isChild = new Set(nodes.flatMap(({ children = [] }) => children));
  const stacks = new Map<number, readonly string[]>();
  const pending = nodes.filter(({ id }) => !isChild.has(id)).map((node) => ({ node, below: [] as readonly string[] }));
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, below } = next;
    const name = node.callFrame.functionName;
    if (stacks.has(node.id) || name === idle) continue;
    const stack = name === bottom ? below : [...below, nameOf(node)];
    stacks.set(node.id, stack);
    for (const id of node.children ?? []) {
      const child = byId.get(id);
      if (child !== undefined) pending.push({ node: child, below: stack });
    }
  }
  return stacks;
};

/** `function file:line:column`, counted from one, as editors do. */
const nameOf = ({ callFrame: { functionName, url, lineNumber, columnNumber } }: ProfileNode): string => {
  const name = functionName === '' ? '(anonymous)' : functionName;
  const file = url.replace(/^file:\/\//, '');
  const where = file === '' || lineNumber < 0 ? file : `${file}:${lineNumber + 1}:${columnNumber + 1}`;
  return bytesOf(`${name}${where === '' ? '' : ` ${where}`}`.replaceAll(';', ':').replaceAll('\n', ' '));
};

const addHits = ({ nodes }: CpuProfile, tree: StackTree, stacks: Stacks): void => {
  for (const { id, hitCount = 0 } of nodes) {
    const stack = stacks.get(id);
    if (stack !== undefined && hitCount > 0) tree.addStack(stack, hitCount, hitCount);
  }
};

/** A delta is the time from the sample before, so a sample lasts until the next one, and the last to the end. */
const addSamples = (
  { startTime, endTime, timeDeltas = [] }: CpuProfile,
  samples: readonly number[],
  tree: StackTree,
  stacks: Stacks,
): void => {
  let at = startTime;
  for (const [index, id] of samples.entries()) {
    at += timeDeltas[index] ?? 0;
    const lasts = Math.max(0, timeDeltas[index + 1] ?? endTime - at);
    const stack = stacks.get(id);
    if (stack !== undefined) tree.addStack(stack, lasts, 1);
  }
};
