/** The table of laws: every one is asked about every commit and every call. */
import { forecast, heat, nodeBudget, poolBudget, running, sameCode, window } from './laws/guards.ts';
import { cooldown, freshView, knownFinding, passedChecks } from './laws/judgement.ts';
import { halfLost, minServing, outAtOnce } from './laws/limits.ts';
import { liveList } from './laws/live-list.ts';
import { holds, lever, owners } from './laws/people.ts';
import { askedAgain, committedIntent, oldBoot, proven, settled, silentLong } from './laws/reboots.ts';
import type { Law } from './observer.ts';

export const laws: readonly Law[] = [
  ...[liveList, minServing, outAtOnce, halfLost],
  ...[committedIntent, oldBoot, proven, settled, askedAgain, silentLong],
  ...[holds, lever, owners],
  ...[knownFinding, passedChecks, freshView],
  ...[window, cooldown, nodeBudget, poolBudget, heat, forecast, running, sameCode],
];
