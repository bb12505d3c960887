import type { Instance } from '../region/instance.ts';
import type { Region } from '../region/region.ts';
import { type Ec2Error, malformedId, missingParameter, unknownIds } from './error.ts';
import { listOf, type Query } from './query.ts';
import type { Xml } from './xml.ts';

export interface ActionContext {
  readonly region: Region;
  readonly query: Query;
  /** The caller only wants to know whether it may. */
  readonly dryRun: boolean;
}

export type Answer = { readonly kind: 'answer'; readonly body: Readonly<Record<string, Xml>> } | Ec2Error;

/** One EC2 action: takes what was asked, acts on the region, returns the body of the XML. */
export type Action = (context: ActionContext) => Answer | Promise<Answer>;

export const answer = (body: Readonly<Record<string, Xml>>): Answer => ({ kind: 'answer', body });

/** What a call that changes something without a result returns. */
export const done = (): Answer => answer({ return: true });

export const availabilityZoneOf = (region: Region): string => `${region.spec.name}a`;

/** The instances that the call names, all of which must exist; none is an error. */
export const namedInstances = (
  context: ActionContext,
): { kind: 'named'; instances: readonly Instance[] } | Ec2Error => {
  const ids = listOf(context.query, 'InstanceId');
  return ids.length === 0 ? missingParameter('InstanceId') : instancesOf(context.region, ids);
};

/** The instances of these ids, each once, or the error that EC2 gives for the first that can't be one. */
export const instancesOf = (
  region: Region,
  ids: readonly string[],
): { kind: 'named'; instances: readonly Instance[] } | Ec2Error => {
  const malformed = ids.find((id) => !/^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$/.test(id));
  if (malformed !== undefined) return malformedId(malformed);
  const unknown = ids.filter((id) => region.find(id) === undefined);
  if (unknown.length > 0) return unknownIds(unknown);
  return { kind: 'named', instances: [...new Set(ids)].flatMap((id) => region.find(id) ?? []) };
};
