import { type NodeRecord, type Remedy, type RemedyBegun, remediesKept } from '../../../pool/record.ts';

/** The remedies begun on a node, with one more: for the commit that intends it. */
export const withRemedy = (
  { remedies = [], finding = 'cpu' }: Pick<NodeRecord, 'remedies' | 'finding'>,
  remedy: Remedy,
  atMs: number,
): readonly RemedyBegun[] => [...remedies, { remedy, finding, atMs }].slice(-remediesKept);

/** When remedies that restart the machine were begun on this node after `sinceMs` (Redis TIME), oldest first. */
export const rebootTimesSince = ({ remedies }: Pick<NodeRecord, 'remedies'>, sinceMs: number): readonly number[] => {
  // Asked of every node of a pool: most have none that counts, and need no list of their own.
  let times: number[] | undefined;
  for (const { remedy, atMs } of remedies ?? none)
    if (remedy !== 'restart-service' && atMs > sinceMs) times = [...(times ?? []), atMs];
  return times ?? none;
};

const none: readonly never[] = [];
