/** speedscope's own files. Shape: https://www.speedscope.app/file-format-schema.json */
import * as z from 'zod';
import { bytesOf, shown } from '../frame-names.ts';
import { NotAProfile, type Profile } from '../profile.ts';
import type { StackTree } from '../stack-tree.ts';

const units = ['none', 'nanoseconds', 'microseconds', 'milliseconds', 'seconds', 'bytes'] as const;
const sampled = z.object({
  type: z.literal('sampled'),
  unit: z.enum(units),
  samples: z.array(z.array(z.number())),
  weights: z.array(z.number()),
});
const evented = z.object({
  type: z.literal('evented'),
  unit: z.enum(units),
  events: z.array(z.object({ type: z.enum(['O', 'C']), at: z.number(), frame: z.number() })),
});
const schema = z.object({
  shared: z.object({
    frames: z.array(
      z.object({
        name: z.string(),
        file: z.string().optional(),
        line: z.number().optional(),
        col: z.number().optional(),
      }),
    ),
  }),
  profiles: z.array(z.discriminatedUnion('type', [sampled, evented])),
});
type Frame = z.infer<typeof schema>['shared']['frames'][number];

const shortUnits: Readonly<Record<(typeof units)[number], string>> = {
  none: 'samples',
  nanoseconds: 'ns',
  microseconds: 'µs',
  milliseconds: 'ms',
  seconds: 's',
  bytes: 'bytes',
};

/** Reads a parsed speedscope file; several profiles in one are added up where they have the same unit. */
export const readSpeedscope = (json: unknown, tree: StackTree): Profile => {
  const parsed = schema.safeParse(json);
  if (!parsed.success)
    throw new NotAProfile(`a speedscope file in which ${z.prettifyError(parsed.error).split('\n')[0]}`);
  const { shared, profiles } = parsed.data;
  const unit = profiles[0]?.unit ?? 'none';
  if (profiles.some((profile) => profile.unit !== unit))
    throw new NotAProfile('a speedscope file whose profiles have different units; they cannot be added up');
  const names = shared.frames.map(nameOf);
  for (const profile of profiles) {
    if (profile.type === 'sampled') addSampled(profile, names, tree);
    else addEvented(profile, names, tree);
  }
  return { format: 'speedscope', tree, unit: shortUnits[unit], notes: [] };
};

const nameOf = ({ name, file, line, col }: Frame): string => {
  const where =
    file === undefined ? '' : ` ${file}${line === undefined ? '' : `:${line}${col === undefined ? '' : `:${col}`}`}`;
  return bytesOf(`${name}${where}`.replaceAll(';', ':').replaceAll('\n', ' '));
};

const addSampled = ({ samples, weights }: z.infer<typeof sampled>, names: readonly string[], tree: StackTree): void => {
  for (const [index, stack] of samples.entries()) {
    const weight = weights[index] ?? 0;
    const frames = stack.map((frame) => names[frame] ?? '(no such frame)');
    if (weight > 0) tree.addStack(frames, weight, 1);
  }
};

/** Whatever is open between two events has that time. */
const addEvented = ({ events }: z.infer<typeof evented>, names: readonly string[], tree: StackTree): void => {
  const open: string[] = [];
  let sinceAt = events[0]?.at ?? 0;
  for (const { type, at, frame } of events) {
    if (open.length > 0 && at > sinceAt) tree.addStack(open, at - sinceAt, 1);
    sinceAt = at;
    const name = names[frame] ?? '(no such frame)';
    if (type === 'O') open.push(name);
    else if (open.pop() !== name) throw new NotAProfile(`a speedscope file that closes ${name} before what it called`);
  }
};

/** Writes a profile as a speedscope file: one sample a distinct stack. */
export const writeSpeedscope = ({ tree, unit }: Profile, name: string): string => {
  const samples: number[][] = [];
  const weights: number[] = [];
  for (let node = 1; node < tree.size; node += 1) {
    if (tree.count(node) === 0) continue;
    samples.push(pathOf(tree, node));
    weights.push(tree.value(node));
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const long = units.find((known) => shortUnits[known] === unit) ?? 'none';
  return JSON.stringify({
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    exporter: 'doctor-monkey',
    name,
    shared: {
      frames: Array.from({ length: tree.names.size }, (_, id) => ({ name: shown(tree.names.name(id)) })),
    },
    profiles: [{ type: 'sampled', name, unit: long, startValue: 0, endValue: total, samples, weights }],
  });
};

const pathOf = (tree: StackTree, node: number): number[] => {
  const path: number[] = [];
  for (let at = node; at > 0; at = tree.parent(at)) path.push(tree.frame(at));
  return path.reverse();
};
