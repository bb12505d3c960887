/** What is right in each section and makes no sense together. */
import { formatMs } from '../../pool/units.ts';
import { judgeNodeUrl } from '../../pool/url-allowed.ts';
import { check } from './explain.ts';
import { type Path, type Problem, pathText } from './problem.ts';
import { type FileSettings, fileSchema } from './schema.ts';
import { shortestGapMs } from './sections/cron.ts';

interface Rule {
  /** What it looks at, the one that is told of first; quiet where one of them is wrong by itself. */
  readonly about: readonly [Path, ...Path[]];
  readonly because: (settings: FileSettings) => string | undefined;
}

/** Beats that may be lost before a node counts as silent. */
const beatsToSpare = 3;

const rules: readonly Rule[] = [
  {
    about: [
      ['node', 'url'],
      ['pool', 'allowedNetworks'],
      ['pool', 'allowedNames'],
    ],
    because: ({ node, pool }) => {
      const judgement = node === undefined ? undefined : judgeNodeUrl(node.url, pool);
      return judgement?.kind === 'refused' ? `the node could not join: ${judgement.because}` : undefined;
    },
  },
  {
    about: [
      ['policy', 'silence', 'after'],
      ['agent', 'beat'],
    ],
    because: ({ agent, policy }) =>
      policy !== undefined && policy.silence.after < agent.beat * beatsToSpare
        ? `${formatMs(policy.silence.after)} is less than ${beatsToSpare} beats (agent.beat is ${formatMs(agent.beat)}): a healthy node would count as silent`
        : undefined,
  },
  {
    about: [
      ['agent', 'jitter'],
      ['agent', 'rounds'],
    ],
    because: ({ agent }) => {
      const gapMs = shortestGapMs(agent.rounds);
      return agent.jitter < gapMs
        ? undefined
        : `${formatMs(agent.jitter)} is not less than the ${formatMs(gapMs)} between two rounds (agent.rounds)`;
    },
  },
  {
    about: [
      ['policy', 'checks', 'run'],
      ['agent', 'commands'],
    ],
    because: ({ agent, policy }) => {
      const unknown = (policy?.checks.run ?? [])
        .filter((check) => check.kind === 'command')
        .find(({ name }) => !Object.hasOwn(agent.commands, name));
      return unknown === undefined
        ? undefined
        : `orders the command ${JSON.stringify(unknown.name)}, which agent.commands does not have: the check would always fail`;
    },
  },
];

/** Every contradiction between sections, of a file that is right in each. */
export const contradictions = (settings: FileSettings, besides: readonly Problem[] = []): readonly Problem[] =>
  rules
    .filter(({ about }) => !about.some((path) => besides.some((problem) => touches(problem.path, path))))
    .flatMap(({ about, because }) => {
      const reason = because(settings);
      return reason === undefined ? [] : [{ path: about[0], because: reason }];
    });

/** Contradictions that a file has beside its problems: found in what is left of it without them. */
export const contradictionsBeside = (data: unknown, problems: readonly Problem[]): readonly Problem[] => {
  const rest = problems.reduce((left, { path }) => without(left, path), data);
  const checked = check(fileSchema, rest);
  return checked.kind === 'value' ? contradictions(checked.value, problems) : [];
};

const touches = (one: Path, other: Path): boolean => {
  const [short, long] = [pathText(one), pathText(other)].sort((a, b) => a.length - b.length);
  return short === long || (long ?? '').startsWith(`${short ?? ''}.`) || (long ?? '').startsWith(`${short ?? ''}[`);
};

const without = (data: unknown, [key, ...rest]: Path): unknown => {
  if (key === undefined) return data;
  if (!isSection(data)) return undefined;
  const inner = rest.length === 0 ? undefined : without(data[key], rest);
  const others = Object.entries(data).filter(([name]) => name !== key);
  return Object.fromEntries(inner === undefined ? others : [...others, [key, inner]]);
};

/** A list is none: taking an entry out of it would move the others, so it goes as a whole. */
const isSection = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value instanceof Object && !Array.isArray(value);
