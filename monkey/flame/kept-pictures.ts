/** Pictures of the evidence that is kept with an incident. */
import { type KeptEvidence, type KeptProfile, stacksOf } from '../doctor/evidence/kept.ts';
import { differenceOf } from './diff/difference.ts';
import { pictureOf } from './diff/picture.ts';
import type { Profile } from './profile.ts';
import { profileOfStacks } from './profile-of-stacks.ts';
import { flameGraph } from './svg/flame-graph.ts';

const look = { width: 1_200, isDark: false, isIcicle: false } as const;

/** What the node was doing; undefined where no profile is kept. */
export const evidencePicture = ({ node, profile }: KeptEvidence): string | undefined =>
  profile === undefined
    ? undefined
    : flameGraph(profileOf(profile), {
        ...look,
        title: `${node}: ${profile.of}`,
        subtitle: aboutWords(profile),
        palette: profile.by === 'inspector' ? 'js' : 'hot',
        minWidth: undefined,
        countName: 'samples',
      });

/** How that differs from a healthy node; undefined where there is none to compare with. */
export const differencePicture = ({ node, profile, healthy }: KeptEvidence): string | undefined =>
  profile === undefined || healthy?.profile.by !== profile.by
    ? undefined
    : pictureOf(differenceOf(profileOf(healthy.profile), profileOf(profile)), {
        ...look,
        title: `${node} compared with ${healthy.node} when that was healthy`,
        subtitle: `${aboutWords(profile)} · red grew, blue shrank, white is the same, pale may be chance`,
        widths: 'after',
        minWidth: 0.1,
      });

const profileOf = (kept: KeptProfile): Profile => profileOfStacks(stacksOf(kept));

/** `5 s at 99 Hz by inspector · cut: …`. */
const aboutWords = ({ seconds, hz, by, cut, packed }: KeptProfile): string =>
  [
    `${Number(seconds.toFixed(1))} s at ${hz} Hz by ${by}`,
    ...(cut === undefined ? [] : [`cut: ${cut}`]),
    ...(packed.cut === undefined ? [] : [`${packed.cut.samples} samples of ${packed.cut.stacks} rare stacks left out`]),
  ].join(' · ');
