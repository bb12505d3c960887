import { neighboursOf } from '../../../../pool/lazy-nodes.ts';
import type { NodeRecord } from '../../../../pool/record.ts';
import { formatShare } from '../../../../pool/units.ts';
import type { PoolView } from '../../../../pool/view.ts';
import { type BeatRead, beatsOfServing } from '../../vitals/read-beat.ts';
import { allow, type Guard, type Question, veto } from '../guard.ts';
import { requestsByNode } from '../requests.ts';

/**
 * Can the others carry what this node serves? Their mean CPU, grown by the share of requests that they take over: a
 * mean, since two nodes that are sick at once must not stand in each other's way for ever. Only those whose agents beat
 * are counted on; who of them has not told its CPU is a veto.
 */
export const forecast: Guard = (question) => {
  const { node, view, policy, census } = question;
  const { forecast: limit } = policy.limits;
  const survivors = census.serving.filter((id) => id !== node.id);
  if (survivors.length === 0) return withoutSurvivors(question);
  const { sum, unknown, first } = summed(survivors, beatsOfServing(view, policy));
  if (unknown > 0)
    return veto(`the CPU of ${unknown} of ${survivors.length} other serving nodes is not known: ${first}`, {
      ...{ unknown, limit },
    });
  const now = sum / survivors.length;
  const { times, by } = growthOf(view, node, survivors);
  const then = now * times;
  const words = `the others take ${formatShare(now)} of their CPU and would take ${formatShare(then)} (${by}), at most ${formatShare(limit)}`;
  const detail = { now, forecast: then, limit };
  // Written so that what is no number is a veto.
  return then <= limit ? allow(words, detail) : veto(words, detail);
};

/** Nobody is there to take over: whether the last node may go is what `min-serving` decides. */
const withoutSurvivors = ({ node, view, policy: { limits } }: Question) => {
  const silent = neighboursOf(view.nodes).filter(({ id, state }) => state === 'serving' && id !== node.id).length;
  return silent === 0
    ? allow('there are no others to take over', { limit: limits.forecast })
    : veto(`nothing is heard of the ${silent} other serving nodes`, { unknown: silent, limit: limits.forecast });
};

/** Shares of CPU, and why some of them are not known. */
const summed = (ids: readonly string[], beats: ReadonlyMap<string, BeatRead>) => {
  let [sum, unknown, first] = [0, 0, ''];
  for (const id of ids) {
    const cpu = cpuIn(id, beats.get(id));
    if (typeof cpu === 'number') sum += cpu;
    else {
      if (unknown === 0) first = cpu;
      unknown += 1;
    }
  }
  return { sum, unknown, first };
};

/** The share, or in words why it is not known. */
const cpuIn = (id: string, read: BeatRead | undefined): number | string => {
  if (read === undefined) return `${id}: it does not serve`;
  if (read.kind === 'unknown') return `${id}: ${read.because}`;
  return read.cpu.kind === 'unknown' ? `${id}: ${read.cpu.because}` : read.cpu.share;
};

/** By how many times the others' work grows: their own and what the node leaves, to their own. */
const growthOf = (view: PoolView, node: NodeRecord, survivors: readonly string[]) => {
  if (node.state !== 'serving') return { times: 1, by: 'it serves nothing' };
  const requests = requestsByNode(view);
  const theirs = requests === undefined ? 0 : survivors.reduce((sum, id) => sum + (requests.get(id) ?? 0), 0);
  if (requests === undefined || theirs === 0)
    return { times: (survivors.length + 1) / survivors.length, by: 'equal shares' };
  const its = requests.get(node.id) ?? 0;
  return { times: (its + theirs) / theirs, by: `it has ${formatShare(its / (its + theirs))} of the requests` };
};
