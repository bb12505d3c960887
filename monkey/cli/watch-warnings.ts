/** What a person should know of those who watch: agents that say nothing, and who only observes. Pure. */
import { defaultPolicy, type Policy } from '../../pool/policy.ts';
import type { Incident } from '../../pool/store.ts';
import { formatMs } from '../../pool/units.ts';
import type { PoolView } from '../../pool/view.ts';
import { halfNow } from '../doctor/silence/half.ts';
import { lostPoolMs } from '../doctor/silence/told.ts';
import { toldBy } from '../doctor/vitals/told.ts';

/** Nodes in service whose agents do not beat; and that it is too many for anybody to act. */
export const silentAgents = (view: PoolView, policy: Policy): readonly string[] => {
  const { quiet, members, isMoreThanHalf } = halfNow(view, policy);
  const half = `${quiet.length} of ${members} nodes are silent, more than half of the pool: hands off, until a human has looked`;
  const serving = quiet.filter(({ node }) => node.state === 'serving');
  return [
    ...(isMoreThanHalf ? [half] : []),
    ...serving.map(({ node, silentForMs }) => {
      const since = view.seen.has(node.id) ? `for ${formatMs(silentForMs)}` : 'ever';
      return `${node.id} serves, and its agent has not beaten ${since}: nobody watches it from the inside`;
    }),
  ];
};

const named = 5;

/** Who decides and reports, and does nothing. */
export const onlyObserved = ({ nodes, beats, leader, nowMs }: PoolView): readonly string[] => {
  const observing = [...nodes.keys()].filter((id) => toldBy(beats.get(id)).mode === 'observe');
  const names = `${observing.slice(0, named).join(', ')}${observing.length > named ? ', …' : ''}`;
  const agents = `${observing.length} of ${nodes.size} agents only observe (agent.mode) and treat nothing: ${names}`;
  const leads = leader !== undefined && leader.untilMs > nowMs && leader.mode === 'observe' ? leader.holder : undefined;
  return [
    ...(observing.length === 0 ? [] : [agents]),
    ...(leads === undefined ? [] : [`${leads}, which leads, only observes (controller.mode): it rescues nobody`]),
  ];
};

/** For as long as a human may not have noticed. */
const lostForMs = 3_600_000;

/** What a human had given the pool may be gone with its data. */
export const lostPoolWarning = (
  { nowMs, lever, policy }: PoolView,
  incidents: readonly Incident[],
): readonly string[] => {
  const lostMs = lostPoolMs(incidents);
  if (lostMs === undefined || nowMs - lostMs > lostForMs) return [];
  const missing = [
    ...(lever === undefined ? ['a pause'] : []),
    ...(policy === undefined || policy.atMs < lostMs ? ['an applied policy'] : []),
  ];
  return missing.length === 0
    ? []
    : [
        `the pool's data was lost ${formatMs(nowMs - lostMs)} ago: ${missing.join(' and ')} may be gone with it; look, and set them again`,
      ];
};

/** That the agent of a node says nothing, with its last beat; undefined: it beats, or there is no such node. */
export const silenceOf = (node: string, { nodes, seen, nowMs, policy }: PoolView): string | undefined => {
  const seenMs = seen.get(node);
  const { silence } = policy?.policy ?? defaultPolicy();
  if (!nodes.has(node) || (seenMs !== undefined && nowMs - seenMs <= silence.after)) return undefined;
  return seenMs === undefined
    ? 'its agent has never beaten'
    : `its agent has not beaten for ${formatMs(nowMs - seenMs)}`;
};
