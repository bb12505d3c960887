import type { NodeRecord } from './record.ts';

/**
 * How a node stands to the limits on treatments: `serving`; `out` because of us (draining, rebooting, lost, checking
 * after a treatment); `apart`, waiting for a human or gone (quarantined, held, left, or a state of another version);
 * `new`, being checked without having been treated.
 */
export type Standing = 'serving' | 'out' | 'apart' | 'new';

export const standing = ({ state, incident }: Pick<NodeRecord, 'state' | 'incident'>): Standing => {
  switch (state) {
    case 'serving':
      return 'serving';
    case 'draining':
    case 'rebooting':
    case 'lost':
      return 'out';
    case 'checking':
      return incident === undefined ? 'new' : 'out';
    default:
      return 'apart';
  }
};
