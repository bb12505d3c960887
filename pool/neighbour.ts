import type { NodeRecord } from './record.ts';

/** What is asked of all other nodes where one is judged; see lazy-nodes.ts for who hands it out. */
export type Neighbour = Pick<
  NodeRecord,
  | 'id'
  | 'state'
  | 'session'
  | 'sinceMs'
  | 'stepDeadlineMs'
  | 'incident'
  | 'purpose'
  | 'heldBy'
  | 'remedies'
  | 'drain'
  | 'rebootWaits'
>;
