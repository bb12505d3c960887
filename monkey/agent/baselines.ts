/*
 * The profile of this node while it is healthy: what sick ones are compared with.
 *
 * INVARIANTS
 * - It is taken rarely, and only of a node that serves, was found well, and whose agent may act: looking into an app is an
 *   act.
 * - Whatever goes wrong with it, nobody waits for it and nothing is treated for it; it is said once until it goes well.
 */
import { toJson } from '../../pool/json.ts';
import { defaultPolicy } from '../../pool/policy.ts';
import { messageOf } from '../../pool/thrown.ts';
import type { PoolView } from '../../pool/view.ts';
import { baselineMostBytes, keptProfile } from '../doctor/evidence/kept.ts';
import { own } from '../doctor/life/own.ts';
import type { Condition } from './beats.ts';
import { type Context, policyOf, poolLimits, viewNow, whoOf } from './context.ts';
import { isOver } from './is-over.ts';
import { likenessOf } from './take-evidence.ts';

/** Of the pause between two baselines: before the first one, and before what did not come off is tried again. */
const shareOfPause = 0.1;
/** Beyond the time that is sampled. */
const slackMs = 5_000;

/** Until the signal aborts. */
export const keepBaselines = async (context: Context, condition: () => Condition): Promise<void> => {
  const { parts, options, signal } = context;
  if (parts.profiler === undefined || options.mode !== 'act') return;
  const tell = newTell(context);
  const usualMs = defaultPolicy().evidence.baseline;
  let everyMs = usualMs;
  let share = shareOfPause;
  while (!signal.aborted) {
    await parts.clock.sleep(everyMs * share * (0.5 + parts.random()), signal);
    if (isOver(signal)) return;
    try {
      const view = await viewNow(context);
      // A policy without baselines may be changed.
      everyMs = policyOf(view).evidence.baseline || usualMs;
      share = (await isKept(context, view, condition, tell)) ? 1 : shareOfPause;
    } catch (error) {
      tell(messageOf(error));
      share = shareOfPause;
    }
  }
};

const isKept = async (
  context: Context,
  view: PoolView,
  condition: () => Condition,
  tell: (because: string | undefined) => void,
): Promise<boolean> => {
  const { parts, options, self, signal } = context;
  const { baseline, profile, rate } = policyOf(view).evidence;
  const isCalm = (): boolean => condition().finding.kind === 'well';
  if (baseline === 0 || profile === 0 || !isCalm() || own(view, whoOf(context), 'serving') === undefined) return false;
  const captured = await context.profiling.baseline(
    { seconds: profile / 1_000, hz: rate },
    { deadlineMs: profile + slackMs, signal },
  );
  if (captured.kind === 'not-captured') {
    tell(captured.because);
    return false;
  }
  // One that was cut because the node fell sick is no picture of health.
  if (captured.cut !== undefined || !isCalm() || signal.aborted) return false;
  const json = toJson(keptProfile(captured, baselineMostBytes));
  const like = likenessOf(options.service, captured.by);
  await parts.store.keepBaseline({ like, node: self.id, json }, poolLimits(context));
  tell(undefined);
  return true;
};

const newTell = ({ parts, self }: Context) => {
  let said: string | undefined;
  return (because: string | undefined): void => {
    if (because !== undefined && because !== said) parts.log.warn('no-baseline', { node: self.id, because });
    said = because;
  };
};
