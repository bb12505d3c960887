/*
 * What has been told of silence, so that each cause is told once, by whichever controller leads. It is found again
 * in the pool's incidents: their ids are made from facts that every controller sees alike.
 */
import type { IncidentOutcome } from '../../../pool/commit.ts';
import type { Incident } from '../../../pool/store.ts';
import { wholePool } from './step.ts';

export interface Told {
  /** `incident/step`, the oldest first: as many as the kept incidents of a pool can tell. */
  readonly steps: ReadonlySet<string>;
  /**
   * Silence that is not over, by node. A lost node's is not here: its agent goes on with that incident.
   */
  readonly open: ReadonlyMap<string, string>;
}

/** Some steps for each of the incidents that a pool keeps; a thousand nodes that are silent at once stand in it twice. */
const toldMost = 20_000;

export const nothingTold: Told = { steps: new Set(), open: new Map() };

export const isTold = ({ steps }: Told, incident: string, step: string): boolean => steps.has(`${incident}/${step}`);

export const afterTelling = (
  { steps, open }: Told,
  { node, incident, step, outcome }: { node: string; incident: string; step: string; outcome?: IncidentOutcome },
): Told => {
  // What is told of the whole pool besides says nothing of its silence.
  const others = [...open].filter(([known]) => known !== node || (node === wholePool && !isOfSilence(incident)));
  const isLost = step === 'lost' || steps.has(`${incident}/lost`);
  const staysOpen = outcome === undefined && !isLost && isOfSilence(incident);
  const kept = mayRecur(incident) ? stepsOfOthers(steps, incident, step) : steps;
  return {
    steps: new Set([...kept, `${incident}/${step}`].slice(-toldMost)),
    open: new Map(staysOpen ? [...others, [node, incident]] : others),
  };
};

/** What was told of a policy or of routers may be so again once it was over, and over again: only the latest of both counts. */
const stepsOfOthers = (steps: ReadonlySet<string>, incident: string, step: string): readonly string[] =>
  [...steps].filter((known) => (step === 'over' ? !known.startsWith(`${incident}/`) : known !== `${incident}/over`));

/** What the pool's incidents (the newest first) say was told already. */
export const toldIn = (incidents: readonly Incident[]): Told =>
  incidents.toReversed().reduce<Told>((told, { id, node, entries, outcome }) => {
    const { steps, open } = entries.reduce((so, { step }) => afterTelling(so, { node, incident: id, step }), told);
    return { steps, open: outcome === undefined ? open : new Map([...open].filter(([, incident]) => incident !== id)) };
  }, nothingTold);

const prefixes = { silent: 'silent-', half: 'half-silent-', lostPool: 'lost-pool-' } as const;
const isOfSilence = (incident: string): boolean =>
  Object.values(prefixes).some((prefix) => incident.startsWith(prefix));

/** One spell of silence of one node: it begins with the last beat. */
export const silentIncident = (node: string, lastBeatMs: number): string => `${prefixes.silent}${node}-${lastBeatMs}`;
/** The beat with which that spell began; undefined: the incident is of something else. */
export const lastBeatIn = (node: string, incident: string): number | undefined => {
  const prefix = `${prefixes.silent}${node}-`;
  const beatMs = incident.startsWith(prefix) ? Number(incident.slice(prefix.length)) : Number.NaN;
  return Number.isFinite(beatMs) ? beatMs : undefined;
};
export const halfSilentIncident = (firstLastBeatMs: number): string => `${prefixes.half}${firstLastBeatMs}`;
export const lostPoolIncident = (name: string): string => `${prefixes.lostPool}${name}`;
/** When the last loss of the pool was told, of those among these incidents. */
export const lostPoolMs = (incidents: readonly Incident[]): number | undefined =>
  incidents.reduce<number | undefined>(
    (last, { id, openedMs }) => (id.startsWith(prefixes.lostPool) ? Math.max(last ?? 0, openedMs) : last),
    undefined,
  );
/** Told once a version of the policy. */
export const unreadPolicyIncident = (version: number | undefined): string =>
  `${ofPolicy.unread}${version === undefined ? 'unknown' : String(version)}`;
/** Told once a version of the policy (0: the defaults) and cause. */
export const neverIncident = (version: number, cause: string): string => `${ofPolicy.never}${version}-${cause}`;

/** The cause in the id of such an incident. */
export const neverCauseIn = (incident: string): string | undefined => /^never-\d+-(.+)$/.exec(incident)?.[1];

const ofPolicy = { never: 'never-', unread: 'policy-unreadable-' } as const;

const isOfPolicy = (incident: string): boolean => Object.values(ofPolicy).some((prefix) => incident.startsWith(prefix));

/** Of all nodes that routers leave out together, and of routers that have too few left. */
export const leftOutIncident = 'routers-leave-out';
export const panicIncident = 'routers-panic';

const mayRecur = (incident: string): boolean =>
  isOfPolicy(incident) || incident === leftOutIncident || incident === panicIncident;

/** What was told of the policy, and not yet that it is over. */
export const openOfPolicy = (told: Told): readonly string[] => openOf(told, isOfPolicy);

/** Was something told of this incident, and not yet that it is over? */
export const isOpen = (told: Told, incident: string): boolean =>
  openOf(told, (step) => step.startsWith(`${incident}/`)).length > 0;

const openOf = ({ steps }: Told, isMeant: (step: string) => boolean): readonly string[] =>
  [...steps]
    .filter(isMeant)
    .map((step) => step.slice(0, step.lastIndexOf('/')))
    .filter((incident) => !steps.has(`${incident}/over`));
