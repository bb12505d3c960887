import { type By, framesOf, frameWords, type OwnFrame, ownFrame } from './own-frame.ts';

export type Stacks = ReadonlyMap<string, number>;

/** Own code that was found running, with its share of all samples: in itself, or in what is not own and was called by it. */
export interface HotFrame {
  readonly share: number;
  readonly frame: string;
  /** Its share in the profile of a healthy peer; absent where there is none to compare with. */
  readonly healthyShare?: number;
}

const hottestMost = 3;

/** The hottest own frames, the hottest first, beside what they are in a healthy profile taken by the same means. */
export const hottestOwn = (stacks: Stacks, by: By, healthy?: Stacks): readonly HotFrame[] => {
  const shares = ownShares(stacks, by);
  const before = healthy === undefined ? undefined : ownShares(healthy, by);
  return [...shares]
    .sort(([one, share], [other, another]) => another - share || (one < other ? -1 : 1))
    .slice(0, hottestMost)
    .map(([frame, share]) => ({
      ...{ share, frame },
      ...(before === undefined ? {} : { healthyShare: before.get(frame) ?? 0 }),
    }));
};

export const samplesIn = (stacks: Stacks): number => {
  let samples = 0;
  for (const count of stacks.values()) samples += count;
  return samples;
};

export const samplesText = (samples: number): string => `${samples} sample${samples === 1 ? '' : 's'}`;

/** Each sample counts for the innermost own frame of its stack. */
const ownShares = (stacks: Stacks, by: By): ReadonlyMap<string, number> => {
  const all = samplesIn(stacks);
  const shares = new Map<string, number>();
  for (const [stack, count] of stacks) {
    const own = innermostOwn(framesOf(stack, by), by);
    if (own !== undefined && all > 0) shares.set(frameWords(own), (shares.get(frameWords(own)) ?? 0) + count / all);
  }
  return shares;
};

const innermostOwn = (frames: readonly string[], by: By): OwnFrame | undefined => {
  for (let at = frames.length - 1; at >= 0; at -= 1) {
    const own = ownFrame(frames[at] ?? '', by);
    if (own !== undefined) return own;
  }
  return undefined;
};
