import { jsonPathProblem } from '../../../pool/json-path.ts';

/** Where the canary is read back: a URL that answers with JSON, and where in that the values stand. */
export interface CanaryPlace {
  readonly url: URL;
  /** A JSONPath. All that it finds counts; the newest decides. */
  readonly path: string;
}

export type ParsedPlace =
  | ({ readonly kind: 'place' } & CanaryPlace)
  | { readonly kind: 'refused'; readonly because: string };

/** Values of Graphite's render API: `[{"target": "…", "datapoints": [[150042, 1600000000], [null, 1600000060]]}]`. */
export const graphitePath = '$[*].datapoints[*][0]';

/**
 * Graphite's render API, for the time within which the canary is fresh and the minute of a point that is not full yet: from how
 * long ago is asked decides from which archive Graphite answers, and coarser ones hold averages. `noCache`, since it would otherwise answer out of a cache of 60 s.
 *
 * @param base where graphite-web is: `http://graphite`, `https://user:password@host/graphite`
 * @param name what was sent; statsd files its gauges under `stats.gauges.`
 */
export const graphitePlace = (base: string, name: string, withinMs: number): ParsedPlace => {
  const parsed = parsePlace(base, graphitePath);
  if (parsed.kind === 'refused') return parsed;
  const { url } = parsed;
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/render`;
  const fromS = Math.ceil(withinMs / 1_000) + 60;
  url.search = new URLSearchParams({
    ...{ target: `stats.gauges.${name}`, from: `-${fromS}s`, format: 'json', noCache: 'true' },
  }).toString();
  return { ...parsed, url };
};

/** `--canary-url` and `--canary-path`. */
export const parsePlace = (text: string, path: string): ParsedPlace => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    return { kind: 'refused', because: 'the canary is read back over http:// or https://, and this is no such URL' };
  const wrong = jsonPathProblem(path);
  if (wrong !== undefined)
    return {
      kind: 'refused',
      because: `${JSON.stringify(path)} is no JSONPath: ${wrong}; write it like '$.data.result[*].value[1]', in quotes`,
    };
  return { kind: 'place', url, path };
};

/** For messages: without user, password, and what the URL asks, which may hold a key. */
export const placeText = (url: URL): string => `${url.origin}${url.pathname}`;
