import type { Decide } from '../../../pool/decision.ts';
import { purposeOf } from '../treatment/purpose.ts';
import { checkInstead } from './after-drain.ts';
import { nothing } from './draft.ts';
import { rememberDoing } from './found-doing.ts';
import { own } from './own.ts';
import { type Failed, obstacleTo, type ShutOut, shutOut } from './shut-out.ts';

export type GivenUp = Omit<Failed, 'results'> & Pick<ShutOut, 'wants' | 'evidence'>;

/**
 * A drained node that is sick, and for which this agent has no remedy left: out, until a controller or a human does
 * more; or, where it may not be shut out, checked, since it is needed.
 */
export const giveUp =
  (given: GivenUp): Decide =>
  (view, commitId) => {
    const record = own(view, given, 'draining');
    if (record === undefined) return nothing('no longer draining');
    if (purposeOf(record) !== 'treat') return nothing('a human wants it out');
    const { because, wants, evidence } = given;
    const obstacle = obstacleTo(given, view);
    const decision =
      obstacle === undefined
        ? shutOut('quarantined', { because, wants, evidence, results: [] }, record, view, commitId)
        : checkInstead(given, { because: `${because}, but ${obstacle}`, evidence })(view, commitId);
    return rememberDoing(decision, record.id, evidence, view);
  };
