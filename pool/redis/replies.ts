/** Small readers of what Redis answers: whatever comes, they return something of the right shape. */

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const textsOf = (value: unknown): readonly string[] => {
  const list = listOf(value);
  return areTexts(list) ? list : list.map(String);
};

const areTexts = (list: readonly unknown[]): list is readonly string[] => {
  for (const one of list) if (typeof one !== 'string') return false;
  return true;
};

/** Stream entries, `[[id, [name, value, …]], …]`. */
export const entriesOf = (value: unknown): readonly (readonly [id: string, fields: readonly string[]])[] =>
  listOf(value).map((entry) => {
    const [id, fields] = listOf(entry);
    return [String(id), textsOf(fields)];
  });

export const hashOf = (value: unknown): Readonly<Record<string, string>> => (isHash(value) ? value : {});

/** Names and values in turn. */
export const hashOfPairs = (pairs: readonly string[]): Readonly<Record<string, string>> => {
  const hash: Record<string, string> = {};
  for (let at = 0; at + 1 < pairs.length; at += 2) hash[pairs[at] ?? ''] = pairs[at + 1] ?? '';
  return hash;
};

const isHash = (value: unknown): value is Readonly<Record<string, string>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The replies of a transaction; throws the first error among them. */
export const allOf = (
  replies: readonly (readonly [error: Error | null, value: unknown])[] | null,
): readonly unknown[] =>
  (replies ?? []).map(([error, value]) => {
    if (error !== null) throw error;
    return value;
  });
