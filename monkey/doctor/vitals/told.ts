/*
 * What an agent told of its node with its last beat, however old: for people. What it says of the node now is what
 * read-beat.ts reads. A beat is whatever the agent's version wrote: what is not as expected is not known, and nothing
 * makes this throw.
 */
import { isObject, type JsonObject } from '../../../pool/json.ts';
import type { Beat } from '../../../pool/view.ts';
import type { ToldFinding } from './read-beat.ts';

/** The last that was told. */
export interface Told {
  /** Whatever was measured, section by section (`cpu`, `memory`, …). */
  readonly vitals: JsonObject | undefined;
  readonly finding: ToldFinding | undefined;
  /** Whether its agent treats, or only reports. */
  readonly mode: 'observe' | 'act' | undefined;
  /** Whether its agent knows how to restart the service. */
  readonly restarts: boolean;
  /** What failed in the last pass of the checks that go on. */
  readonly failing: string | undefined;
}

const nothingTold: Told = {
  vitals: undefined,
  finding: undefined,
  mode: undefined,
  restarts: false,
  failing: undefined,
};

export const toldBy = (beat: Pick<Beat, 'vitals'> | undefined): Told => {
  if (beat === undefined) return nothingTold;
  const { vitals, finding, mode, restarts, failing } = beat.vitals;
  return {
    vitals: isObject(vitals) ? vitals : undefined,
    finding: isObject(finding) ? findingIn(finding) : undefined,
    mode: mode === 'observe' || mode === 'act' ? mode : undefined,
    restarts: restarts === true,
    failing: typeof failing === 'string' ? failing : undefined,
  };
};

const findingIn = ({ kind, finding, because }: JsonObject): ToldFinding | undefined =>
  (kind === 'well' || kind === 'sick' || kind === 'unknown') && typeof because === 'string'
    ? { kind, because, ...(typeof finding === 'string' ? { finding } : {}) }
    : undefined;

/** A number in the vitals that were told, such as `cpu`, `share`; undefined where it is none. */
export const numberTold = ({ vitals }: Pick<Told, 'vitals'>, section: string, key: string): number | undefined => {
  const found = vitals?.[section];
  const value = isObject(found) ? found[key] : undefined;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
};
