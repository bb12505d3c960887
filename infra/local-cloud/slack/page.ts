import type { Arguments } from './method.ts';

/** A part of a list, with the cursor of the next part: empty on the last page, as Slack has it. */
export interface Page<Item> {
  readonly kind: 'page';
  readonly items: readonly Item[];
  readonly cursor: string;
}

export interface Paging<Item> {
  readonly usual: number;
  readonly most: number;
  /** Identifies an item: the cursor remembers the last one seen, so that what is added meanwhile shifts nothing. */
  readonly keyOf: (item: Item) => string;
}

/** The page that `limit` and `cursor` ask for. A limit that is none, or too high, becomes the usual or the highest one. */
export const pageOf = <Item>(
  all: readonly Item[],
  args: Arguments,
  { usual, most, keyOf }: Paging<Item>,
): Page<Item> | 'invalid_cursor' => {
  const asked = Number(args.get('limit') ?? usual);
  const limit = Number.isInteger(asked) && asked > 0 ? Math.min(asked, most) : usual;
  const cursor = args.get('cursor') ?? '';
  const lastSeen = cursor === '' ? -1 : all.findIndex((item) => cursorAfter(keyOf(item)) === cursor);
  if (cursor !== '' && lastSeen < 0) return 'invalid_cursor';
  const items = all.slice(lastSeen + 1, lastSeen + 1 + limit);
  const last = items.at(-1);
  const more = last !== undefined && lastSeen + 1 + limit < all.length;
  return { kind: 'page', items, cursor: more ? cursorAfter(keyOf(last)) : '' };
};

const cursorAfter = (key: string): string => Buffer.from(`after:${key}`).toString('base64');
