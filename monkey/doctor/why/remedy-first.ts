import type { Remedy } from '../../../pool/record.ts';
import type { Case } from './case.ts';

/** What a treatment of this node would begin with if it were found sick now, and why. */
export const remedyFirst = ({ told }: Case): { readonly remedy: Remedy; readonly because: string } => ({
  remedy: 'reboot',
  because: `the first for ${told.finding?.finding ?? 'cpu'}`,
});
