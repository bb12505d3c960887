import { type Ec2Error, invalidValue } from './error.ts';
import { listOf, nestedOf, type Query } from './query.ts';

/** What an item has to be compared with: none, one or several values, any of which may match. */
export type ValuesOf<Item> = (item: Item) => readonly string[];

/** The values that a filter of this name looks at, or undefined if there is no such filter. */
export type FilterTable<Item> = (name: string) => ValuesOf<Item> | undefined;

/**
 * Keeps the items that match every filter; a filter matches if any of its values does. Values may hold `*` (any
 * text) and `?` (any character), and are compared with regard to case.
 */
export const filtered = <Item>(
  items: readonly Item[],
  query: Query,
  table: FilterTable<Item>,
): { readonly kind: 'filtered'; readonly items: readonly Item[] } | Ec2Error => {
  const tests: ((item: Item) => boolean)[] = [];
  for (const filter of nestedOf(query, 'Filter')) {
    const name = filter.get('Name') ?? '';
    const valuesOf = table(name);
    if (valuesOf === undefined) return invalidValue(`The filter '${name}' is invalid`);
    const patterns = listOf(filter, 'Value').map(pattern);
    tests.push((item) => valuesOf(item).some((value) => patterns.some((each) => each.test(value))));
  }
  return { kind: 'filtered', items: items.filter((item) => tests.every((matches) => matches(item))) };
};

const pattern = (text: string): RegExp =>
  new RegExp(
    `^${text
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '[\\s\\S]*')
      .replaceAll('?', '[\\s\\S]')}$`,
  );
