import type { ProfileTold } from '../ports/evidence.ts';
import type { Captured } from '../ports/profiler.ts';
import { fingerprintOf } from './fingerprint.ts';
import { hottestOwn, samplesIn } from './hottest.ts';
import { type Baseline, stacksOf } from './kept.ts';

/** What people are told of a profile, compared with a healthy one where that was taken by the same means. */
export const profileTold = (
  { stacks, kind: _captured, ...about }: Captured,
  healthy: Baseline | undefined,
): ProfileTold => {
  const like = healthy?.profile.by === about.by ? healthy : undefined;
  const before = like === undefined ? undefined : stacksOf(like.profile);
  const fingerprint = fingerprintOf({ ...about, stacks }, before);
  return {
    ...about,
    of: about.of.slice(0, 200),
    samples: samplesIn(stacks),
    hottest: hottestOwn(stacks, about.by, before),
    ...(fingerprint === undefined ? {} : { fingerprint }),
    ...(like === undefined ? {} : { healthy: { node: like.node, atMs: like.atMs } }),
  };
};
