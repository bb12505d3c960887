/*
 * Tells of serving nodes that routers leave out because requests to them fail, while their agents find nothing wrong.
 *
 * INVARIANTS
 * - It is told once it has lasted, of all nodes at once, and of each node once until none has been left out for long.
 * - Where most nodes fail requests that alone is told, once: it is no matter of single nodes any more.
 */
import type { PoolView } from '../../../pool/view.ts';
import { heardRouters, inPanic, leftOutByMost, panicking, spellEndsMs } from './routing-spells.ts';
import { watchedForMs } from './silent.ts';
import { type SilenceStep, type Story, wholePool } from './step.ts';
import { isOpen, isTold, leftOutIncident, panicIncident } from './told.ts';
import type { Watched } from './watched.ts';

/** A node that failed a few requests is left out for 10 s, and most often well after that. */
const toldAfterMs = 30_000;
/** More names say no more. */
const mostNamed = 10;

export const aboutRouting = (watched: Watched): readonly SilenceStep[] => {
  const isPanic = lasts(watched, panicking);
  return [...(isPanic ? aboutPanic(watched.view) : aboutLeftOut(watched)), ...aboutOver(watched)];
};

const lasts = ({ view, watch: { routing } }: Watched, what: string): boolean => {
  const spell = routing?.get(what);
  return spell?.lastMs === view.nowMs && view.nowMs - spell.sinceMs >= toldAfterMs;
};

const aboutPanic = (view: PoolView): readonly SilenceStep[] => {
  const routers = inPanic(view);
  const nodes = [...new Set(routers.flatMap(({ ejected = [] }) => ejected))].sort();
  const because = `${countOf(routers.length, view)} so few nodes that answer well that it asks all of them; requests fail on ${named(nodes)}`;
  const text = `${because}.`;
  const notice = { kind: 'panic', urgency: 'page', text, detail: { because, nodes } } as const;
  return [tell({ incident: panicIncident, step: 'panic', because, notices: [notice] })];
};

const countOf = (some: number, view: PoolView): string => {
  const all = heardRouters(view).length;
  return all === 1 ? 'The router has' : `${some} of ${all} routers ${some === 1 ? 'has' : 'have'}`;
};

/** One notice for all of whom nothing was told yet. */
const aboutLeftOut = (watched: Watched): readonly SilenceStep[] => {
  const { view, told } = watched;
  const nodes = leftOutByMost(view).filter((id) => lasts(watched, id) && !isTold(told, leftOutIncident, stepOf(id)));
  const routers = heardRouters(view).length;
  const who = routers === 1 ? 'The router leaves' : `Most of ${routers} routers leave`;
  const because = `requests to ${named(nodes)} fail, and no agent finds why`;
  const text = `${who} out ${named(nodes)}: requests there fail, and no agent finds why.`;
  const notice = { kind: 'left-out', urgency: 'warning', text, detail: { because, nodes } } as const;
  return nodes.map((id, at) =>
    tell({ incident: leftOutIncident, step: stepOf(id), because, notices: at === 0 ? [notice] : [] }),
  );
};

const stepOf = (node: string): string => `left-out-${node}`;

/** Once it was seen for long enough, by somebody, that it is no longer so. */
const aboutOver = ({ view, watch, told }: Watched): readonly SilenceStep[] => {
  const isSure = watchedForMs(watch, 0) >= spellEndsMs && heardRouters(view).length > 0;
  const known = [...(watch.routing?.keys() ?? [])];
  const isOver = (incident: string): boolean =>
    incident === panicIncident ? !known.includes(panicking) : known.every((what) => what === panicking);
  if (!isSure) return [];
  return [panicIncident, leftOutIncident]
    .filter((incident) => isOpen(told, incident) && isOver(incident))
    .map((incident) => {
      const because =
        incident === panicIncident
          ? 'enough nodes answer routers well again'
          : 'most routers let every serving node in again';
      const text = `${because.charAt(0).toUpperCase()}${because.slice(1)}.`;
      const notice = { kind: 'over', urgency: 'info', text, detail: { because } } as const;
      return tell({ incident, step: 'over', because, outcome: 'returned', notices: [notice] });
    });
};

const tell = (story: Omit<Story, 'node'>): SilenceStep => ({ kind: 'tell', story: { ...story, node: wholePool } });

const named = (nodes: readonly string[]): string =>
  nodes.length <= mostNamed
    ? nodes.join(', ')
    : `${nodes.slice(0, mostNamed).join(', ')} and ${nodes.length - mostNamed} more`;
