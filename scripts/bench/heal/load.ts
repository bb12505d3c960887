import { type Load, startLoad } from '../../../monkey/cli/demo/load.ts';

/** The load under which heals are measured. */
export const perSecond = 300;

/** A client of `/get` whose every answer must be the first one again. */
export const meowLoad = async (proxyUrl: string): Promise<Load> => {
  const expected = await (await fetch(`${proxyUrl}/get`, { signal: AbortSignal.timeout(10_000) })).text();
  return startLoad({
    url: `${proxyUrl}/get`,
    perSecond,
    timeoutMs: 10_000,
    fault: (_status, body) => (body === expected ? undefined : 'wrong body'),
  });
};

export const failureLines = (failures: readonly string[]): readonly string[] =>
  failures.slice(0, 3).map((failure) => `    ${failure}`);
