/** How values and lists of words look in messages. */

const longest = 60;

/** A value as it stood in the file, shortened; lists and sections by their kind only. */
export const found = (value: unknown): string => {
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Object) return 'a section';
  if (value === undefined) return 'nothing';
  const text = typeof value === 'string' && value.length > longest ? `${value.slice(0, longest)}…` : value;
  return JSON.stringify(text);
};

/** `a, b or c` */
export const listed = (words: readonly string[], last: 'and' | 'or' = 'and'): string => {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1) ?? ''}`;
};
