/*
 * What a node was found doing, in sixteen digits: the same on every node that does the same.
 *
 * INVARIANTS
 * - It is made of own frames only, without lines and without what stands before the last folders of a path: neither a
 *   comment added above, nor another runtime, nor another place of installation makes another one.
 * - It is the longest way down the own frames that more than half of all samples have in common: there is at most one, and
 *   what the hot code calls next does not change it.
 * - A node that did hardly anything has none: what idle nodes have in common is not what is wrong with them.
 * - What a healthy node does as well is its work, a dispatcher say, and no fingerprint.
 * - perf names a place only of what V8 has compiled. Names without a file, `main` or an interpreter's loop, are the same in
 *   programs that have nothing in common, so they are no part of it.
 */
import type { Captured } from '../ports/profiler.ts';
import { type Stacks, samplesIn } from './hottest.ts';
import { type By, framesOf, frameWords, type OwnFrame, ownFrame } from './own-frame.ts';

export interface Fingerprint {
  readonly print: string;
  /** Its innermost frame, for people: `runaway, app/routes/spin.ts`. */
  readonly frame: string;
}

/** Less than this share of one core is no work that could make a node sick. */
const busyShare = 0.25;
/** Fewer samples than these say nothing. */
const samplesLeast = 20;

/** Undefined: nothing own stands out. @param healthy stacks of a healthy node, taken by the same means */
export const fingerprintOf = (
  { stacks, by, seconds, hz }: Pick<Captured, 'stacks' | 'by' | 'seconds' | 'hz'>,
  healthy?: Stacks,
): Fingerprint | undefined => {
  const way = commonWay(ownStacks(stacks, by), samplesIn(stacks) / 2);
  const last = way.frames.at(-1);
  if (last === undefined || way.samples < Math.max(samplesLeast, busyShare * seconds * hz)) return undefined;
  if (healthy !== undefined && isTheWork(way.frames, ownStacks(healthy, by))) return undefined;
  return { print: hashOf(way.frames.map(nameOf).join(';')), frame: frameWords(withoutLine(last)) };
};

interface OwnStack {
  readonly samples: number;
  readonly own: readonly OwnFrame[];
}

/** As deep as one frame has more than `least` samples; of two at the same depth only one can. */
const commonWay = (stacks: readonly OwnStack[], least: number) => {
  const frames: OwnFrame[] = [];
  let on = stacks;
  let samples = 0;
  for (;;) {
    const next = mostCommon(on, frames.length);
    if (next === undefined || next.samples <= least) return { frames, samples };
    on = next.stacks;
    samples = next.samples;
    frames.push(next.frame);
  }
};

const mostCommon = (stacks: readonly OwnStack[], depth: number) => {
  const found = new Map<string, { readonly frame: OwnFrame; samples: number; readonly stacks: OwnStack[] }>();
  for (const stack of stacks) {
    const frame = stack.own[depth];
    if (frame === undefined) continue;
    const one = found.get(nameOf(frame)) ?? { frame, samples: 0, stacks: [] };
    one.samples += stack.samples;
    one.stacks.push(stack);
    found.set(nameOf(frame), one);
  }
  return [...found.values()].reduce<(typeof found extends Map<string, infer One> ? One : never) | undefined>(
    (most, one) => (most === undefined || one.samples > most.samples ? one : most),
    undefined,
  );
};

/** Does half of what a healthy node does lead down this way too? How much it does, and how long it rests, is no matter. */
const isTheWork = (way: readonly OwnFrame[], healthy: readonly OwnStack[]): boolean => {
  let busy = 0;
  let alike = 0;
  for (const { own, samples } of healthy) {
    if (own.length === 0) continue;
    busy += samples;
    if (way.every((frame, depth) => own[depth] !== undefined && nameOf(own[depth]) === nameOf(frame))) alike += samples;
  }
  return alike > busy / 2;
};

const ownStacks = (stacks: Stacks, by: By): readonly OwnStack[] =>
  [...stacks].map(([stack, samples]) => ({ samples, own: ownOf(framesOf(stack, by), by) }));

const ownOf = (frames: readonly string[], by: By): readonly OwnFrame[] =>
  frames.flatMap((frame) => {
    const own = ownFrame(frame, by);
    return own?.file === undefined ? [] : [own];
  });

const withoutLine = ({ name, file }: OwnFrame): OwnFrame => (file === undefined ? { name } : { name, file });
const nameOf = (frame: OwnFrame): string => frameWords(withoutLine(frame));

/** FNV-1a, 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/): nobody has to be kept from finding the same again. */
const hashOf = (text: string): string => {
  let hash = 0xcbf29ce484222325n;
  for (let at = 0; at < text.length; at += 1)
    hash = BigInt.asUintN(64, (hash ^ BigInt(text.charCodeAt(at))) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
};
