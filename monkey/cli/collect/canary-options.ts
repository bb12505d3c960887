/** What the options of the canary come to, and what is wrong with them. Pure. */
import { graphitePath, graphitePlace, type ParsedPlace, parsePlace } from '../../collect/canary/place.ts';
import type { CollectOptions } from './options.ts';

export interface CanarySettings {
  /** Where a canary of this name is read back. */
  readonly placeOf: (name: string) => ParsedPlace;
  readonly withinMs: number;
}

/** Flags that do not go together, and those that would do nothing. */
export const canaryContradictions = (options: CollectOptions): readonly string[] => {
  const { canary, statsd, once, graphite, canaryUrl, canaryPath, canaryWithin } = options;
  if (canary === undefined) {
    const given = { '--graphite': graphite, '--canary-url': canaryUrl, '--canary-path': canaryPath };
    return Object.entries({ ...given, '--canary-within': canaryWithin })
      .filter(([, value]) => value !== undefined)
      .map(([flag]) => `${flag} only says how --canary is read back: give that too`);
  }
  return [
    ...(statsd === undefined ? ['--canary goes with the gauges: give --statsd too'] : []),
    ...(once === true ? ['--canary does not go with --once: what one round sends is not back within it'] : []),
    ...((graphite === undefined) === (canaryUrl === undefined)
      ? ['--canary is read back at --graphite URL or at --canary-url URL: give one of them']
      : []),
    ...(canaryPath !== undefined && canaryUrl === undefined
      ? ['--canary-path says where to look at --canary-url']
      : []),
  ];
};

/** What is wrong with the URL or the path is told with all other problems. */
export const canaryPlaceOf = ({ graphite, canaryUrl, canaryPath }: CollectOptions, withinMs: number) => {
  const placeOf = (name: string): ParsedPlace =>
    canaryUrl === undefined
      ? graphitePlace(graphite ?? '', name, withinMs)
      : parsePlace(canaryUrl, canaryPath ?? graphitePath);
  const tried = placeOf('x');
  return { placeOf, because: tried.kind === 'refused' ? tried.because : null };
};
