import type { UnknownRemedy } from '../../../pool/record.ts';
import type { Veto } from '../treatment/guard.ts';
import { veto } from './vetoes.ts';

/** Nobody of this version carries out, or asks for once more, what another version calls a remedy. */
export const vetoOfForeign = (remedy: UnknownRemedy | undefined): readonly Veto[] =>
  remedy === undefined
    ? []
    : [veto('remedy', `${remedy} is a remedy of another version: nobody of this one acts on it`)];
