import {
  isKnownRemedy,
  type NodeRecord,
  type Remedy,
  type RemedyBegun,
  remediesKept,
  type UnknownRemedy,
} from '../../../pool/record.ts';
import { lastTreatedMs } from './last-treated.ts';

/** The remedies begun on a node, with one more: for the commit that intends it. */
export const withRemedy = (
  { remedies = [], finding = 'cpu' }: Pick<NodeRecord, 'remedies' | 'finding'>,
  remedy: Remedy,
  atMs: number,
): readonly RemedyBegun[] => [...remedies, { remedy, finding, atMs }].slice(-remediesKept);

/** The remedy of another version that the treatment under way has come to: what may follow it, nobody here knows. */
export const foreignRemedy = ({
  incident,
  remedies = [],
  treatmentTimes = [],
}: Partial<Pick<NodeRecord, 'incident' | 'remedies' | 'treatmentTimes'>>): UnknownRemedy | undefined => {
  const sinceMs = lastTreatedMs({ treatmentTimes }) ?? 0;
  return incident === undefined
    ? undefined
    : remedies.findLast(({ remedy, atMs }) => atMs >= sinceMs && !isKnownRemedy(remedy))?.remedy;
};

/** The remedy of another version that this quarantined node waits for. */
export const foreignWish = ({ state, wants }: Pick<NodeRecord, 'state' | 'wants'>): UnknownRemedy | undefined =>
  state === 'quarantined' && wants !== undefined && !isKnownRemedy(wants) ? wants : undefined;

/**
 * When remedies that restart the machine were begun on this node after `sinceMs` (Redis TIME), oldest first. One that this
 * version does not know is taken for one: doubt counts against the budget.
 */
export const rebootTimesSince = ({ remedies }: Pick<NodeRecord, 'remedies'>, sinceMs: number): readonly number[] => {
  // Asked of every node of a pool: most have none that counts, and need no list of their own.
  let times: number[] | undefined;
  for (const { remedy, atMs } of remedies ?? none)
    if (remedy !== 'restart-service' && atMs > sinceMs) times = [...(times ?? []), atMs];
  return times ?? none;
};

const none: readonly never[] = [];
