/**
 * Reads YAML text into plain data, and remembers where each key stands. Nothing of it is more than data: no
 * tags that make objects, no merge keys, aliases within bounds.
 */
import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import type { Path, Problem } from './problem.ts';

export interface Written {
  readonly data: unknown;
  /** Where the value of a path begins, in characters from the start; the nearest section for one that is missing. */
  readonly offsetOf: (path: Path) => number;
}

export type Reading =
  | { readonly kind: 'written'; readonly written: Written; readonly problems: readonly Problem[] }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/** Larger than any sensible configuration, smaller than what would hurt. */
const mostCharacters = 1_048_576;

export const readDocument = (text: string): Reading => {
  if (text.length > mostCharacters) return problemsOnly([{ path: [], because: 'is larger than 1 MiB' }]);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: false, stringKeys: true });
  const dangling = danglingAliases(document, lines);
  const written = [...document.errors, ...document.warnings].map((error) => writingProblem(error, lines));
  const problems = [...written, ...dangling].filter(firstOfItsLine);
  if (dangling.length > 0 || document.errors.some(({ code }) => code !== 'DUPLICATE_KEY'))
    return problemsOnly(problems);
  try {
    const data: unknown = document.toJS({ maxAliasCount: 100 });
    return { kind: 'written', written: { data, offsetOf: (path) => offsetOf(document, path) }, problems };
  } catch (error) {
    return problemsOnly([...problems, { path: [], because: error instanceof Error ? error.message : String(error) }]);
  }
};

const problemsOnly = (problems: readonly Problem[]): Reading => ({ kind: 'problems', problems });

/** One slip makes the parser complain several times. */
const firstOfItsLine = ({ at }: Problem, index: number, all: readonly Problem[]): boolean =>
  all.findIndex((other) => other.at?.line === at?.line) === index;

const writingProblem = ({ code, message, pos }: YAMLError, lines: LineCounter): Problem =>
  problemAt(pos[0], inPlainWords(code, message), lines);

const problemAt = (offset: number, because: string, lines: LineCounter): Problem => {
  const { line, col } = lines.linePos(offset);
  return { path: [], at: { line, column: col }, offset, because };
};

/** Aliases of nothing: the parser leaves them to whoever reads the data, who could no longer say where they stand. */
const danglingAliases = (document: Document, lines: LineCounter): readonly Problem[] => {
  const problems: Problem[] = [];
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) === undefined)
        problems.push(problemAt(startOf(alias), `*${alias.source} refers to no &${alias.source} above it`, lines));
    },
  });
  return problems;
};

/** Where the parser's own words would not help somebody who does not know YAML's grammar. */
const inPlainWords = (code: YAMLError['code'], message: string): string => {
  const unclosed = /^Flow (map|sequence)/.exec(message)?.[1];
  if (unclosed !== undefined) return `a ${unclosed === 'map' ? '{' : '['} is never closed`;
  const quote = /^Missing closing (.)quote/.exec(message)?.[1];
  if (quote !== undefined) return `a text that begins with ${quote} never ends`;
  if (message.startsWith('Implicit map keys need')) return 'this key has no colon and no value';
  const tag = /^Unresolved tag: (.+)$/.exec(message)?.[1];
  return tag === undefined ? (words[code] ?? message) : `the tag ${tag} means nothing here`;
};

const words: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'this key stands twice in one section',
  TAB_AS_INDENT: 'a tab; indent with spaces',
  BAD_INDENT: 'this line is indented differently from its neighbours',
  MULTIPLE_DOCS: 'a second document begins here; one file holds one configuration',
  MULTILINE_IMPLICIT_KEY: 'this key never ends; is a colon missing?',
  BLOCK_AS_IMPLICIT_KEY: 'a section within a line; begin it on a line of its own',
  NON_STRING_KEY: 'a key that is not text',
};

const offsetOf = (document: Document, path: Path): number => {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const part of path) {
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && key.value === part) : undefined;
    node = isMap(node) ? pair?.value : isSeq(node) && typeof part === 'number' ? node.items[part] : undefined;
    if (pair === undefined && node === undefined) break;
    offset = startOf(pair?.key ?? node) || offset;
  }
  return offset;
};

const startOf = (node: unknown): number => (node as Node | null | undefined)?.range?.[0] ?? 0;
