/**
 * Finds the configuration file, reads it and the secrets it names, and makes of them a frozen {@link Config}, or
 * one text with all that is wrong.
 */
import { dirname } from 'node:path';
import { complete } from './complete.ts';
import type { Config } from './config.ts';
import { deepFreeze } from './freeze.ts';
import { type Flags, type Need, parseSettings } from './parse.ts';
import { type Problem, problemsText } from './problem.ts';
import { type Env, type ReadFile, unreadable } from './read-secret.ts';

export interface LoadOptions {
  /** `--config`; without it the default places are looked at. */
  readonly file?: string | undefined;
  /** What other flags say; where they say all that is needed, no file is looked for. Undefined where there are none. */
  readonly flags?: Flags | undefined;
  /** Sections that this command can not do without. */
  readonly needs?: readonly Need[];
  /** How this command does without a configuration, for whoever has none: `ask a provider with --inventory URL`. */
  readonly instead?: string | undefined;
}

export type Loaded =
  | {
      readonly kind: 'config';
      readonly config: Config;
      /** Undefined where flags said it all. */
      readonly file: string | undefined;
      /** What was written, with the flags in it and without defaults. */
      readonly source: unknown;
    }
  /** `text` is for people, without a line break at its end. */
  | {
      readonly kind: 'problems';
      readonly problems: readonly Problem[];
      /** Undefined where there is none, or flags said it all. */
      readonly file: string | undefined;
      readonly text: string;
    };

const defaultFiles = ['doctor-monkey.yaml', '/etc/doctor-monkey/config.yaml'] as const;

export const loadConfig = async (options: LoadOptions, env: Env, readFile: ReadFile): Promise<Loaded> => {
  const { flags = {}, needs = [] } = options;
  const source = await findSource(options, readFile);
  if (source.kind === 'none')
    return {
      kind: 'problems',
      problems: [{ path: [], because: source.because }],
      file: options.file,
      text: source.because,
    };
  const parsed = parseSettings(source.text, flags, needs);
  if (parsed.kind === 'problems') return problems(source.file, parsed.problems);
  const completed = await complete(parsed.settings, dirname(source.file ?? '.'), env, readFile);
  if (completed.kind === 'problems') return problems(source.file, completed.problems);
  const { policySource } = parsed;
  const config = { ...completed.config, ...(policySource === undefined ? {} : { policySource }) };
  return { kind: 'config', config: deepFreeze(config), file: source.file, source: parsed.source };
};

type Source =
  | { readonly kind: 'source'; readonly file: string | undefined; readonly text: string }
  | { readonly kind: 'none'; readonly because: string };

const findSource = async (options: LoadOptions, readFile: ReadFile): Promise<Source> => {
  const { file, flags, needs = [], instead } = options;
  if (file !== undefined) return read(file, readFile);
  const flagsSayAll = flags?.redis !== undefined && flags.pool !== undefined && needs.length === 0;
  if (flagsSayAll) return { kind: 'source', file: undefined, text: '' };
  for (const candidate of defaultFiles) {
    const source = await read(candidate, readFile);
    if (source.kind === 'source' || !source.absent) return source;
  }
  return { kind: 'none', because: notFound(flags !== undefined && needs.length === 0, instead) };
};

/** @param mayBeFlags the command takes them, and needs nothing that they can't say */
const notFound = (mayBeFlags: boolean, instead: string | undefined): string => {
  const places = defaultFiles.map((name) => (name.startsWith('/') ? name : `./${name}`)).join(' and ');
  const ways = [
    'name a file with --config FILE',
    ...(mayBeFlags ? ['say all with --redis URL --pool NAME'] : []),
    ...(instead === undefined ? [] : [instead]),
  ];
  return `no configuration: ${places} do not exist; ${ways.join(', or ')}`;
};

const read = async (file: string, readFile: ReadFile): Promise<Source & { readonly absent?: boolean }> => {
  try {
    return { kind: 'source', file, text: await readFile(file) };
  } catch (error) {
    const because = unreadable(error);
    return { kind: 'none', because: `no configuration: ${file} ${because}`, absent: because === 'does not exist' };
  }
};

const problems = (file: string | undefined, found: readonly Problem[]): Loaded => ({
  kind: 'problems',
  problems: found,
  file,
  text: problemsText(file ?? 'command line', found),
});
