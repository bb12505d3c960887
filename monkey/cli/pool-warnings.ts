/** What a person should know of a pool before something happens to it. Pure. */
import type { Policy } from '../../pool/policy.ts';
import { isKnownState } from '../../pool/record.ts';
import { formatMs } from '../../pool/units.ts';
import type { PoolView } from '../../pool/view.ts';
import { routerSilentAfterMs } from '../doctor/treatment/drained.ts';
import { standingReasons } from '../doctor/treatment/never.ts';
import { foreignRemedy, foreignWish } from '../doctor/treatment/remedies.ts';
import { onlyObserved, silentAgents } from './watch-warnings.ts';

type Warning = (view: PoolView, policy: Policy) => readonly string[];

const garbage: Warning = ({ garbage: found }) =>
  found.map(({ key, field, because }) => `${key}${field === undefined ? '' : ` ${field}`} can not be read: ${because}`);

const unknownStates: Warning = ({ nodes }) =>
  [...nodes.values()]
    .filter(({ state }) => !isKnownState(state))
    .map(({ id, state }) => `${id} is ${state}, a state of another version: it is out and nobody acts on it`);

const unknownRemedies: Warning = ({ nodes }) =>
  [...nodes.values()].flatMap((node) => {
    const remedy = foreignWish(node) ?? foreignRemedy(node);
    return remedy === undefined
      ? []
      : [`${node.id} is treated by ${remedy}, a remedy of another version: nobody of this one goes on with it`];
  });

const silentRouters: Warning = ({ routers, nowMs }) =>
  [...routers.values()]
    .filter(({ atMs }) => nowMs - atMs > routerSilentAfterMs)
    .map(
      ({ id, atMs }) =>
        `router ${id} has said nothing for ${formatMs(nowMs - atMs)}: every drain lasts its whole deadline`,
    );

const leftOut: Warning = ({ routers }) =>
  [...routers.values()].flatMap(({ id, ejected = [], panic = false }) => {
    if (ejected.length === 0) return [];
    const what = `router ${id} leaves out ${ejected.join(', ')} for now: requests there fail`;
    return [panic ? `${what}; so few are left that it asks all of them all the same` : what];
  });

const nobodyServes: Warning = ({ nodes, live }) =>
  nodes.size > 0 && live.length === 0 ? ['no node serves: routers answer 503'] : [];

const neverAdmits: Warning = (view, policy) => standingReasons(view, policy).map(({ because }) => because);

const nobodyLeads: Warning = ({ leader, nowMs, epoch }) =>
  epoch !== undefined && (leader === undefined || leader.untilMs <= nowMs)
    ? ['no controller leads: silent nodes go unnoticed, and nobody is told anything']
    : [];

const liveDiffers: Warning = ({ nodes, live }) => {
  const serving = new Set([...nodes.values()].filter(({ state }) => state === 'serving').map(({ url }) => url));
  const listed = new Set(live);
  const missing = [...serving].filter((url) => !listed.has(url));
  const strange = live.filter((url) => !serving.has(url));
  return [
    ...missing.map((url) => `${url} serves and is missing in the live list`),
    ...strange.map((url) => `${url} is in the live list and belongs to no serving node`),
  ];
};

const warnings: readonly Warning[] = [
  nobodyServes,
  silentAgents,
  liveDiffers,
  neverAdmits,
  nobodyLeads,
  onlyObserved,
  silentRouters,
  leftOut,
  unknownStates,
  unknownRemedies,
  garbage,
];

export const poolWarnings = (view: PoolView, policy: Policy): readonly string[] =>
  warnings.flatMap((warning) => warning(view, policy));
