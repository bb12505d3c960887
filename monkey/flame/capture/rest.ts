/** What share of its samples a process rested in, by a raw profile of V8. */

export interface RawProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: { readonly functionName: string } }[];
  readonly samples?: readonly number[];
}

/** From here on, a profile says little of what the process does. */
const restsFrom = 0.9;

/** Told where a process did next to nothing that has a name: waited, or was in native code. @param profile as V8 tells it */
export const restNote = ({ nodes, samples = [] }: RawProfile): string | undefined => {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, callFrame.functionName]));
  const shareOf = (...resting: readonly string[]): number =>
    samples.filter((id) => resting.includes(names.get(id) ?? '')).length / Math.max(1, samples.length);
  const idle = shareOf('(idle)');
  if (idle >= restsFrom) return `the process was idle for ${percent(idle)} of it`;
  const both = shareOf('(idle)', '(program)');
  return both >= restsFrom ? `the process was idle or in native code for ${percent(both)} of it` : undefined;
};

/** Not rounded up: a process that did something was not idle for all of it. */
const percent = (share: number): string => `${Math.floor(share * 100)} %`;
