/** A place in the file, from the top: keys and positions in lists. */
export type Path = readonly (string | number)[];

/** One thing that is wrong with a configuration. */
export interface Problem {
  /** Empty where it is the file as a whole. */
  readonly path: Path;
  /** What was expected and what was found, in plain words. */
  readonly because: string;
  /** Line and column from 1, for what is wrong with the writing itself. */
  readonly at?: { readonly line: number; readonly column: number };
  /** Where it stands in the file, in characters, if not where the path says. */
  readonly offset?: number;
}

/** `policy.checks.run[2].kind`; keys that are no plain words are quoted. */
export const pathText = (path: Path): string =>
  path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    if (!/^[\w-]+$/.test(part)) return `${text}[${JSON.stringify(part)}]`;
    return text === '' ? part : `${text}.${part}`;
  }, '');

/** All problems of a file as they are told to people, without a line break at the end. */
export const problemsText = (file: string, problems: readonly Problem[]): string =>
  [
    `${file}: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`,
    ...problems.map((problem) => `  ${place(problem)}${problem.because}`),
  ].join('\n');

const place = ({ path, at }: Problem): string => {
  if (at !== undefined) return `line ${at.line}, column ${at.column}: `;
  return path.length === 0 ? '' : `${pathText(path)}: `;
};
