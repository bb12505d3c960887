/*
 * The servers of a pool, read off its view. Pure.
 *
 * INVARIANTS
 * - What an agent told counts for as long as guards take it for true (`silence.after` of the policy); older is unknown.
 * - A node that does not serve is not healthy, however idle: that it is out is known, whatever was measured of it.
 * - A record that can not be read is a server as well. Nodes that have left are none.
 */
import { isObject } from '../../pool/json.ts';
import { defaultPolicy } from '../../pool/policy.ts';
import type { NodeRecord } from '../../pool/record.ts';
import type { Garbage, PoolView } from '../../pool/view.ts';
import { readBeat } from '../doctor/vitals/read-beat.ts';
import { numberTold, type Told, toldBy } from '../doctor/vitals/told.ts';
import type { Measured } from '../doctor/vitals/vitals.ts';
import type { EmptyService, Reading } from './reading.ts';

/** @param view with whole beats: pulses tell no memory */
export const readingsOf = (view: PoolView): readonly Reading[] => [
  ...[...view.nodes.values()].filter(({ state }) => state !== 'left').map((node) => readingOf(view, node)),
  ...view.garbage.filter(isNode).map(unreadable),
];

/** Services of which nodes have left and none is there. A record stands until its machine is gone, or it is forgotten. */
export const emptyServicesOf = ({ nodes }: Pick<PoolView, 'nodes'>): readonly EmptyService[] => {
  const left = new Map<string, number>();
  for (const { service, state } of nodes.values())
    if (state === 'left') left.set(service, (left.get(service) ?? 0) + 1);
  for (const { service, state } of nodes.values()) if (state !== 'left') left.delete(service);
  return [...left].map(([service, nodesLeft]) => ({ service, nodesLeft }));
};

const readingOf = (view: PoolView, node: NodeRecord): Reading => {
  const { id, service, state, because } = node;
  const server = { address: hostOf(node.url), node: id, service };
  const beat = readBeat(view, node, view.policy?.policy ?? defaultPolicy());
  const cpu = beat.kind === 'told' ? beat.cpu : beat;
  const memory = beat.kind === 'told' ? memoryIn(toldBy(view.beats.get(id))) : beat;
  const shares = {
    cpuShare: cpu.kind === 'measured' ? cpu.share : undefined,
    memoryShare: memory.kind === 'measured' ? memory.usedShare : undefined,
  };
  if (state !== 'serving') return { kind: 'out', ...server, ...shares, because: `${state}: ${because}` };
  if (cpu.kind === 'measured' && memory.kind === 'measured')
    return { kind: 'measured', ...server, cpuShare: cpu.share, memoryShare: memory.usedShare };
  const reasons = [cpu, memory].flatMap((value) => (value.kind === 'unknown' ? value.because : []));
  return { kind: 'unknown', ...server, ...shares, because: [...new Set(reasons)].join('; ') };
};

const memoryIn = (told: Told): Measured<{ readonly usedShare: number }> => {
  const usedShare = numberTold(told, 'memory', 'usedShare');
  const section = told.vitals?.['memory'];
  if (usedShare !== undefined && usedShare >= 0) return { kind: 'measured', usedShare };
  const because = isObject(section) ? section['because'] : undefined;
  return { kind: 'unknown', because: typeof because === 'string' ? because : 'its agent tells no memory' };
};

const isNode = ({ key, field }: Garbage): boolean => key.endsWith(':nodes') && field !== undefined;

const unreadable = ({ field = '', because }: Garbage): Reading => ({
  kind: 'unknown',
  address: field,
  node: field,
  because: `its record can not be read: ${because}`,
});

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url);
