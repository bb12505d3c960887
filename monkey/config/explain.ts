/**
 * Turns what zod says of a value into what a person needs: what was expected, what was found, and what was
 * probably meant.
 */
import * as z from 'zod';
import { suggest } from '../../pool/suggest.ts';
import { misplaced } from './misplaced.ts';
import { type Path, type Problem, pathText } from './problem.ts';
import { found, listed } from './shown.ts';
import { expectedOfUnion, insideOfUnion } from './union.ts';

type RawIssue = z.core.$ZodRawIssue;

export type Checked<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/** Checks a value against a schema and explains every problem with it, at most one for each place. */
export const check = <S extends z.ZodType>(schema: S, input: unknown): Checked<z.output<S>> => {
  /** The keys that are known where unknown ones were found, by path. */
  const known = new Map<string, readonly string[]>();
  const error = (issue: RawIssue): string | undefined => {
    if (issue.code !== 'unrecognized_keys') return because(issue);
    known.set(pathText(toPath(issue.path ?? [])), keysOf(issue.inst));
    return undefined;
  };
  const result = schema.safeParse(input, { error });
  if (result.success) return { kind: 'value', value: result.data };
  const problems = result.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? unknownKeys(issue, known.get(pathText(toPath(issue.path))) ?? [], schema)
      : [{ path: toPath(issue.path), because: issue.message }],
  );
  return { kind: 'problems', problems: problems.filter(firstOfItsPlace) };
};

/** One reason per place is enough: what follows from a wrong value only confuses. */
const firstOfItsPlace = (problem: Problem, index: number, all: readonly Problem[]): boolean =>
  all.findIndex(({ path }) => pathText(path) === pathText(problem.path)) === index;

const unknownKeys = (
  issue: z.core.$ZodIssueUnrecognizedKeys,
  known: readonly string[],
  schema: z.ZodType,
): readonly Problem[] => {
  const parent = toPath(issue.path);
  return issue.keys.map((key) => {
    const near = suggest(key, known);
    const meant = near === undefined ? misplaced(schema, key) : [[...parent, near]];
    const hint =
      meant.length === 0 ? `known here: ${listed(known)}` : `did you mean ${listed(meant.map(pathText), 'or')}?`;
    return { path: [...parent, key], because: `unknown key; ${hint}` };
  });
};

const keysOf = (schema: unknown): readonly string[] => {
  const shape: unknown = schema instanceof Object ? Reflect.get(schema, 'shape') : undefined;
  return shape instanceof Object ? Object.keys(shape) : [];
};

const toPath = (path: readonly PropertyKey[]): Path =>
  path.map((part) => (typeof part === 'symbol' ? String(part) : part));

const because = (issue: RawIssue): string | undefined => {
  if (issue.input === undefined) return `is missing; expected ${expected(issue)}`;
  if (issue.input === null) return `is empty; expected ${expected(issue)}`;
  switch (issue.code) {
    case 'invalid_type':
    case 'invalid_union':
      return wrongKind(issue);
    case 'invalid_value':
      return notOneOf(issue.input, issue.values.map(String));
    case 'too_small':
      return outside(issue, 'less than', Number(issue.minimum));
    case 'too_big':
      return outside(issue, 'more than', Number(issue.maximum));
    case 'invalid_key':
      return issue.issues[0]?.message;
    default:
      return undefined;
  }
};

const wrongKind = (issue: RawIssue): string => {
  const options = issue.code === 'invalid_union' && Array.isArray(issue.options) ? issue.options.map(String) : [];
  if (options.length > 0) return notOneOf(tagOf(issue), options);
  return `expected ${expected(issue)}, found ${found(issue.input)}${insideOfUnion(issue)}`;
};

/** The value that says which kind of entry it is. */
const tagOf = (issue: RawIssue): unknown => {
  const tag = issue.code === 'invalid_union' ? issue.discriminator : undefined;
  return issue.input instanceof Object && tag !== undefined ? Reflect.get(issue.input, tag) : issue.input;
};

const notOneOf = (value: unknown, options: readonly string[]): string => {
  if (value === undefined) return `is missing; expected ${listed(options, 'or')}`;
  const near = typeof value === 'string' ? suggest(value, options) : undefined;
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  return `${found(value)} is not ${listed(options, 'or')}${hint}`;
};

const outside = (issue: RawIssue, comparison: string, limit: number): string => {
  const { input } = issue;
  if (typeof input === 'string')
    return input === '' ? 'is empty' : `has ${input.length} characters, ${comparison} ${limit}`;
  if (Array.isArray(input)) return `has ${input.length === 0 ? 'no' : input.length} entries, ${comparison} ${limit}`;
  return `${found(input)} is ${comparison} ${limit}`;
};

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a section with keys',
  record: 'a section with keys',
};

const expected = (issue: RawIssue): string => {
  const unit = unitOf(issue.inst);
  if (unit !== undefined) return `${/^[aeiou]|^http/.test(unit) ? 'an' : 'a'} ${unit}`;
  if (issue.code === 'invalid_type') return kinds[issue.expected] ?? issue.expected;
  if (issue.code === 'invalid_value') return listed(issue.values.map(String), 'or');
  return expectedOfUnion(issue.inst) ?? 'a value';
};

/** What kind of text it is, where the schema says so. */
const unitOf = (schema: RawIssue['inst']): string | undefined => {
  const unit = schema instanceof z.ZodType ? schema.meta()?.['x-unit'] : undefined;
  return typeof unit === 'string' ? unit : undefined;
};
