/*
 * What EC2 knows of many instances, in as few calls as its limits allow.
 *
 * INVARIANTS
 * - All or nothing: an instance is said not to exist only by an answer that was whole.
 * - Whether a stop would destroy data is `unknown` wherever it is not known to be kept.
 */
import type { InstanceSeen, Storage } from '../doctor/ports/power.ts';
import type { Ec2Client, ShownInstance } from './ec2-client.ts';
import { knownState } from './known-state.ts';

/** Values that one filter of EC2 may have. */
const idsAtOnce = 200;
const typesAtOnce = 100;

/** Whether types have instance-store volumes: it never changes, and EC2 has some hundred types in all. */
export type TypesKnown = Map<string, boolean>;

export const describeInstances = async (
  client: Ec2Client,
  types: TypesKnown,
  instanceIds: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, InstanceSeen>> => {
  const shown = new Map<string, ShownInstance>();
  for (const ids of slices([...new Set(instanceIds)], idsAtOnce))
    for (const instance of await client.show(ids, signal)) shown.set(instance.id, instance);
  const unasked = await learnTypes(client, types, [...shown.values()], signal);
  return new Map(instanceIds.map((id) => [id, seenAs(shown.get(id), types, unasked)]));
};

/** Why EC2 could not be asked about types; undefined where it could. It is no reason to know nothing of a machine's state. */
const learnTypes = async (
  client: Ec2Client,
  known: TypesKnown,
  shown: readonly ShownInstance[],
  signal: AbortSignal,
): Promise<string | undefined> => {
  const wanted = [...new Set(shown.map(({ type }) => type))].filter((type) => type !== '' && !known.has(type));
  try {
    for (const types of slices(wanted, typesAtOnce))
      for (const [type, has] of await client.instanceStoreOf(types, signal)) known.set(type, has);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

const seenAs = (shown: ShownInstance | undefined, types: TypesKnown, unasked: string | undefined): InstanceSeen => {
  if (shown === undefined) return { kind: 'no-such-instance' };
  const state = knownState(shown.state);
  if (state === undefined) return { kind: 'unknown', because: `EC2 calls its state ${JSON.stringify(shown.state)}` };
  const group = shown.tags['aws:autoscaling:groupName'];
  return {
    ...{ kind: 'known', state, storage: storageOf(shown, types, unasked), tags: shown.tags },
    ...(group === undefined ? {} : { autoScalingGroup: group }),
  };
};

const storageOf = ({ rootDevice, type }: ShownInstance, types: TypesKnown, unasked: string | undefined): Storage => {
  if (rootDevice === 'instance-store')
    return { kind: 'instance-store', because: 'its root is an instance-store volume' };
  if (rootDevice !== 'ebs') return { kind: 'unknown', because: 'EC2 does not say what its root volume is' };
  const has = types.get(type);
  if (has === undefined) return { kind: 'unknown', because: unasked ?? `EC2 says nothing of the type ${type}` };
  return has
    ? { kind: 'instance-store', because: `instances of the type ${type} have instance-store volumes` }
    : { kind: 'kept' };
};

const slices = <Item>(all: readonly Item[], size: number): readonly (readonly Item[])[] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size));
