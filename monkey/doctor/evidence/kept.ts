/*
 * The evidence of one incident as it is kept beside it, for pictures and for whoever looks into it: JSON of at most 256 KiB.
 * What people are told of it at once is in the incident itself, see ../ports/evidence.ts.
 *
 * INVARIANT: what stands in Redis never makes the reading throw. What cannot be read is left out.
 */
import { isObject, readObject } from '../../../pool/json.ts';
import type { Lines } from '../ports/lines.ts';
import type { Captured } from '../ports/profiler.ts';
import { type PackedStacks, packStacks, unpackStacks } from './pack-stacks.ts';

/** A profile as it is kept. */
export interface KeptProfile extends Omit<Captured, 'kind' | 'stacks'> {
  readonly packed: PackedStacks;
}

/** Of a healthy node: what a sick one is compared with. */
export interface Baseline {
  readonly node: string;
  /** When it was taken, by Redis TIME. */
  readonly atMs: number;
  readonly profile: KeptProfile;
}

export interface KeptEvidence {
  readonly node: string;
  readonly profile?: KeptProfile;
  readonly healthy?: Baseline;
  /** The app's log. */
  readonly journal?: Lines;
  /** What the kernel said of memory that ran out. */
  readonly oom?: Lines;
  /** What could not be had, and why. */
  readonly missing: readonly string[];
}

/** In Redis, for each incident: of these the profile may take so much, and the one of the healthy node so much. */
export const evidenceMostBytes = 256 * 1_024;
const profileMostBytes = 140 * 1_024;
export const baselineMostBytes = 60 * 1_024;

export const keptProfile = (
  { stacks, kind: _captured, ...about }: Captured,
  mostBytes = profileMostBytes,
): KeptProfile => ({
  ...about,
  of: about.of.slice(0, 200),
  packed: packStacks(stacks, mostBytes),
});

export const stacksOf = ({ packed }: KeptProfile): ReadonlyMap<string, number> => unpackStacks(packed);

export const readEvidence = (json: string): KeptEvidence | undefined => {
  const object = readObject(json);
  if (object === undefined || typeof object['node'] !== 'string') return undefined;
  const profile = profileIn(object['profile']);
  const healthy = baselineIn(object['healthy']);
  const journal = linesIn(object['journal']);
  const oom = linesIn(object['oom']);
  return {
    node: object['node'],
    ...(profile === undefined ? {} : { profile }),
    ...(healthy === undefined ? {} : { healthy }),
    ...(journal === undefined ? {} : { journal }),
    ...(oom === undefined ? {} : { oom }),
    missing: textsIn(object['missing']),
  };
};

export const readProfile = (json: string): KeptProfile | undefined => profileIn(readObject(json));

const profileIn = (value: unknown): KeptProfile | undefined => {
  if (!isObject(value)) return undefined;
  const { by, of, seconds, hz, cut, packed } = value;
  if ((by !== 'inspector' && by !== 'perf') || typeof of !== 'string' || !isObject(packed)) return undefined;
  if (typeof seconds !== 'number' || typeof hz !== 'number') return undefined;
  const { frames, tree } = packed;
  if (!Array.isArray(tree) || !tree.every((one) => typeof one === 'number')) return undefined;
  const left = cutIn(packed['cut']);
  return {
    ...{ by, of, seconds, hz },
    ...(typeof cut === 'string' ? { cut } : {}),
    packed: { frames: textsIn(frames), tree, ...(left === undefined ? {} : { cut: left }) },
  };
};

const cutIn = (value: unknown): PackedStacks['cut'] => {
  if (!isObject(value)) return undefined;
  const { stacks, samples } = value;
  return typeof stacks === 'number' && typeof samples === 'number' ? { stacks, samples } : undefined;
};

const baselineIn = (value: unknown): Baseline | undefined => {
  if (!isObject(value)) return undefined;
  const { node, atMs } = value;
  const profile = profileIn(value['profile']);
  return typeof node === 'string' && typeof atMs === 'number' && profile !== undefined
    ? { node, atMs, profile }
    : undefined;
};

const linesIn = (value: unknown): Lines | undefined =>
  isObject(value) && typeof value['of'] === 'string' ? { of: value['of'], lines: textsIn(value['lines']) } : undefined;

const textsIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
