/**
 * From the text of a configuration file to settings, or to all that is wrong with it, in the order of the file.
 * Pure: no file is read and no environment looked at.
 */
import { type Policy, type PolicySource, policySchema } from '../../pool/policy.ts';
import { contradictions, contradictionsBeside } from './across.ts';
import { readDocument, type Written } from './document.ts';
import { check } from './explain.ts';
import { misplacedSecret } from './misplaced-secret.ts';
import { type Path, type Problem, pathText } from './problem.ts';
import { type FileSettings, fileSchema } from './schema.ts';

/** What the command line says besides the file; it wins. */
export interface Flags {
  readonly redis?: string | undefined;
  readonly pool?: string | undefined;
  /** As it was written. */
  readonly workers?: string | undefined;
}

/** A section that a command can not do without. */
export type Need = 'node' | 'slack';

export type Parsed =
  | {
      readonly kind: 'settings';
      readonly settings: FileSettings;
      /** What was written, with the flags in it. */
      readonly source: unknown;
      /** The policy as it was written, if there is one. */
      readonly policySource: PolicySource | undefined;
    }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

export type ParsedPolicy =
  | { readonly kind: 'policy'; readonly policy: Policy; readonly source: PolicySource }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/** @param text of a file, or '' where flags say it all */
export const parseSettings = (text: string, flags: Flags = {}, needs: readonly Need[] = []): Parsed => {
  const reading = readDocument(text);
  if (reading.kind === 'problems') return reading;
  const { written } = reading;
  const data = withFlags(written.data, flags);
  const checked = check(fileSchema, data);
  const wrong =
    checked.kind === 'problems'
      ? [...checked.problems.map(misplacedSecret), ...contradictionsBeside(data, checked.problems)]
      : contradictions(checked.value);
  const problems = [...reading.problems, ...wrong, ...missing(written.data, needs)];
  if (problems.length > 0) return { kind: 'problems', problems: inOrder(problems, written, flags) };
  if (checked.kind === 'problems') return checked;
  const policy = isSection(data) ? data['policy'] : undefined;
  return {
    kind: 'settings',
    settings: checked.value,
    source: data,
    policySource: isPolicySource(policy) ? policy : undefined,
  };
};

/** A policy file: what the `policy` section of a configuration holds, as a file of its own. */
export const parsePolicy = (text: string): ParsedPolicy => {
  const reading = readDocument(text);
  if (reading.kind === 'problems') return reading;
  const source = reading.written.data ?? {};
  const checked = check(policySchema, source);
  const problems = [...reading.problems, ...(checked.kind === 'problems' ? checked.problems : [])];
  if (problems.length > 0) return { kind: 'problems', problems: inOrder(problems, reading.written, {}) };
  if (checked.kind === 'problems') return checked;
  return isPolicySource(source) ? { kind: 'policy', policy: checked.value, source } : { kind: 'problems', problems };
};

/** Is this a policy as people write it? */
const isPolicySource = (data: unknown): data is PolicySource => policySchema.safeParse(data).success;

const withFlags = (data: unknown, flags: Flags): unknown => {
  // A file without a line of content is one that says nothing, not one that is wrong.
  const file = data ?? {};
  return isSection(file) ? withPoolFlags(withWorkers(file, flags), flags) : file;
};

type Section = Readonly<Record<string, unknown>>;

const withWorkers = (file: Section, { workers }: Flags): Section => {
  const { proxy: section = {} } = file;
  if (workers === undefined || !isSection(section)) return file;
  return { ...file, proxy: { ...section, workers: /^-?\d+$/.test(workers) ? Number(workers) : workers } };
};

const withPoolFlags = (file: Section, { redis, pool }: Flags): Section => {
  if (redis === undefined && pool === undefined) return file;
  const { pool: section = {} } = file;
  if (!isSection(section)) return file;
  const { redis: server = {} } = section;
  return {
    ...file,
    pool: {
      ...section,
      ...(pool === undefined ? {} : { name: pool }),
      ...(redis === undefined || !isSection(server) ? {} : { redis: { ...elsewhere(server), url: redis } }),
    },
  };
};

/** What is said of Redis but for where it is. */
const elsewhere = (server: Section): Section =>
  Object.fromEntries(Object.entries(server).filter(([key]) => key !== 'cluster' && !key.startsWith('sentinel')));

const isSection = (value: unknown): value is Section => value instanceof Object && !Array.isArray(value);

const missing = (data: unknown, needs: readonly Need[]): readonly Problem[] =>
  needs
    .filter((need) => !isSection(data) || data[need] === undefined)
    .map((need) => ({ path: [need], because: `is missing; ${whatFor[need]}` }));

const whatFor: Readonly<Record<Need, string>> = {
  node: 'the agent must know the URL of its node',
  slack: 'it says which channel is told',
};

/** In the order of the file; problems of flags first, those with no place of their own at that of their section. */
const inOrder = (problems: readonly Problem[], written: Written, flags: Flags): readonly Problem[] =>
  problems
    .map((problem) => ofFlag(problem, flags))
    .map((problem, index) => ({ problem, index, offset: offsetOf(problem, written) }))
    .sort((a, b) => a.offset - b.offset || a.index - b.index)
    .map(({ problem }) => problem);

const offsetOf = ({ path, offset }: Problem, written: Written): number => offset ?? written.offsetOf(path);

/** A problem with what a flag said is told of the flag. */
const ofFlag = (problem: Problem, flags: Flags): Problem => {
  const flag = flagOf(problem.path, flags);
  return flag === undefined ? problem : { path: [flag], because: problem.because, offset: -1 };
};

const flagOf = (path: Path, { redis, pool, workers }: Flags): string | undefined => {
  const text = pathText(path);
  if (redis !== undefined && text === 'pool.redis.url') return '--redis';
  if (workers !== undefined && text === 'proxy.workers') return '--workers';
  return pool !== undefined && text === 'pool.name' ? '--pool' : undefined;
};
