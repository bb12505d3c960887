import { type Ec2Error, invalidValue } from './error.ts';
import type { Query } from './query.ts';

export interface Page<Item> {
  readonly kind: 'page';
  readonly items: readonly Item[];
  /** Undefined on the last page. */
  readonly nextToken: string | undefined;
}

const resultsAtMost = 1000;

/** The page of a list that MaxResults and NextToken ask for. */
export const pageOf = <Item>(all: readonly Item[], query: Query): Page<Item> | Ec2Error => {
  const size = sizeOf(query.get('MaxResults'));
  if (size === undefined) {
    const asked = query.get('MaxResults') ?? '';
    return invalidValue(
      `Value ( ${asked} ) for parameter maxResults is invalid. Expecting a value from 1 to ${resultsAtMost}.`,
    );
  }
  const from = offsetOf(query.get('NextToken'));
  if (from === undefined) return invalidValue('Invalid value for parameter nextToken.');
  const end = from + size;
  return { kind: 'page', items: all.slice(from, end), nextToken: end < all.length ? tokenFor(end) : undefined };
};

const sizeOf = (asked: string | undefined): number | undefined => {
  if (asked === undefined) return resultsAtMost;
  const size = Number(asked);
  return Number.isInteger(size) && size >= 1 && size <= resultsAtMost ? size : undefined;
};

// What is in the token is nobody's business but ours, hence the encoding.
const tokenFor = (offset: number): string => Buffer.from(`from:${offset}`).toString('base64url');

const offsetOf = (token: string | undefined): number | undefined => {
  if (token === undefined || token === '') return 0;
  const found = /^from:(\d{1,9})$/.exec(Buffer.from(token, 'base64url').toString());
  return found === null ? undefined : Number(found[1]);
};
