/** Nothing goes in plain text to a node that wants it sealed: a pool may change between two tries of one request. */
import type { TryEnd } from '../forward/failure.ts';
import type { Routed } from '../routed-pool.ts';
import type { Choice } from '../table.ts';

const givenBack: TryEnd = { kind: 'failed', because: 'retired', sent: false, reused: false };

/** The choice, if the fast path can speak to its node; otherwise it is given back to the table, blaming nobody. */
export const ifPlain = ({ table }: Pick<Routed, 'table'>, choice: Choice | undefined): Choice | undefined => {
  if (choice === undefined || choice.upstream.origin.protocol === 'http:') return choice;
  table.finished(choice, givenBack);
  return undefined;
};
