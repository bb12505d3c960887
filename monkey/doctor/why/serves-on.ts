import type { Policy } from '../../../pool/policy.ts';
import { definitionOf } from '../diagnosis/findings.ts';

/** Why a node that is sick of this serves on, and people are only told; undefined: it is to be treated. */
export const servesOn = (finding: string | null | undefined, { vitals }: Policy): string | undefined => {
  const definition = definitionOf(finding ?? '');
  if (definition === undefined) return undefined;
  const act = definition.act(vitals);
  if (act === 'treat') return undefined;
  return definition.remedies.length === 0
    ? `no remedy of ours cures ${definition.title}`
    : `policy.vitals.${finding ?? ''}.act is ${act}`;
};
