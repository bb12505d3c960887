/** The parameters of a call in EC2's Query protocol, by their full names (`Filter.1.Value.2`). */
export type Query = ReadonlyMap<string, string>;

/** From the body of a POST, and from the URL, where a GET has them. */
export const parseQuery = (body: string, url: URL): Query =>
  new Map([...url.searchParams, ...new URLSearchParams(body)]);

export const isTrue = (query: Query, name: string): boolean => query.get(name)?.toLowerCase() === 'true';

/** `NAME.1`, `NAME.2` … in the order of their numbers. */
export const listOf = (query: Query, name: string): readonly string[] =>
  numbered(query, name).flatMap(([rest, value]) => (rest === '' ? [value] : []));

/** `NAME.1.A`, `NAME.1.B.1` … as one query each, in the order of their numbers. */
export const nestedOf = (query: Query, name: string): readonly Query[] => {
  const groups = new Map<number, Map<string, string>>();
  for (const [rest, value, number] of numbered(query, name)) {
    const group = groups.get(number) ?? new Map<string, string>();
    group.set(rest, value);
    groups.set(number, group);
  }
  return [...groups.values()];
};

const numbered = (query: Query, name: string): readonly (readonly [rest: string, value: string, number: number])[] =>
  [...query]
    .flatMap(([key, value]) => {
      if (!key.startsWith(`${name}.`)) return [];
      const [number = '', ...rest] = key.slice(name.length + 1).split('.');
      return /^\d+$/.test(number) ? [[rest.join('.'), value, Number(number)] as const] : [];
    })
    .sort(([, , one], [, , other]) => one - other);
