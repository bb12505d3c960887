import { onceAView } from '../../../../pool/once-a-view.ts';
import type { Policy } from '../../../../pool/policy.ts';
import { formatShare } from '../../../../pool/units.ts';
import { definitionOf } from '../../diagnosis/findings.ts';
import { type BeatRead, beatsOfServing } from '../../vitals/read-beat.ts';
import { allow, type Guard, veto } from '../guard.ts';

/**
 * Are most of the serving nodes hot? Then it is load, or something that they all have in common, and a reboot only takes
 * away a node that carries its part. Nodes that nobody can speak for may be hot as well: starved agents do not beat.
 */
export const heat: Guard = ({ node, view, policy }) => {
  const all = warmths(view, policy);
  const own = all.of(node.id);
  // Whoever is asked about is sick, whatever its last beat has said; one that is out already carries no load.
  const itself = node.state === 'serving' ? 1 : 0;
  const others = all.count - (own === undefined ? 0 : 1);
  const hot = itself + all.hot - (own === 'hot' ? 1 : 0);
  const unknown = all.unknown - (own === 'unknown' ? 1 : 0);
  const measured = others + itself - unknown;
  const limit = policy.limits.heat;
  const detail = { hot, measured, unknown, limit };
  const words = `${itself === 1 ? 'with it, ' : ''}${hot} of ${measured} serving nodes ${hot === 1 ? 'is' : 'are'} hot, at most ${formatShare(limit)} may be`;
  if (hot > allowedHot(measured, limit)) return veto(`${words}: that is load, not one sick node`, detail);
  return hot + unknown > allowedHot(others + itself, limit)
    ? veto(`${words}, and of ${unknown} nobody knows whether they are`, detail)
    : allow(words, detail);
};

/** The share rounded down; but one at least, since one hot node of a small pool is no heat of the pool. */
export const allowedHot = (nodes: number, limit: number): number => Math.max(1, Math.floor(nodes * limit + 1e-9));

/** Of all serving nodes, and of each. */
const warmths = onceAView((view, policy: Policy) => {
  const read = beatsOfServing(view, policy);
  let [hot, unknown] = [0, 0];
  for (const beat of read.values()) {
    const warmth = warmthOf(beat, policy);
    if (warmth === 'hot') hot += 1;
    if (warmth === 'unknown') unknown += 1;
  }
  const of = (id: string) => {
    const beat = read.get(id);
    return beat === undefined ? undefined : warmthOf(beat, policy);
  };
  return { count: read.size, hot, unknown, of };
});

/** A disk that is full, say: it is told, and says nothing of load. */
const isOnlyReported = (finding: string | undefined, { vitals }: Policy): boolean =>
  finding !== undefined && definitionOf(finding)?.act(vitals) === 'report';

const warmthOf = (read: BeatRead, policy: Policy): 'hot' | 'cool' | 'unknown' => {
  if (read.kind === 'unknown') return 'unknown';
  const { cpu, finding } = read;
  if (finding.kind === 'sick' && !isOnlyReported(finding.finding, policy)) return 'hot';
  if (cpu.kind === 'unknown') return 'unknown';
  const { cpu: limits } = policy.vitals;
  return cpu.share >= limits.threshold || (cpu.busiestThreadShare ?? 0) >= limits.thread ? 'hot' : 'cool';
};
