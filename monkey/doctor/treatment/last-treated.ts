import type { NodeRecord } from '../../../pool/record.ts';

/** When this node's last treatment began (Redis TIME); undefined: it was never treated. */
export const lastTreatedMs = ({ treatmentTimes }: Pick<NodeRecord, 'treatmentTimes'>): number | undefined =>
  treatmentTimes.length === 0 ? undefined : Math.max(...treatmentTimes);
