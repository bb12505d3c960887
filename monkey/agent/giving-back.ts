import { unreadablePolicy } from '../../pool/unreadable-policy.ts';
import { checkInstead, type GivenBack, giveBack } from '../doctor/life/after-drain.ts';
import { checkOnce } from './checking.ts';
import { type Context, change, policyOf, viewNow, whoOf } from './context.ts';

/** Gives this drained node back if it passes its checks now: its app may have died meanwhile. Else it is checked on. */
export const giveBackIfWell = async (
  context: Context,
  drain: string,
  { outcome, because }: Pick<GivenBack, 'outcome' | 'because'>,
): Promise<void> => {
  const evidence = await context.evidence.collect(drain);
  const view = await viewNow(context);
  const unread = unreadablePolicy(view);
  const checked =
    unread === undefined
      ? await checkOnce(context, policyOf(view))
      : { ok: false, because: `the policy cannot be read: ${unread.because}` };
  // Checks that were broken off say nothing of the app.
  if (context.signal.aborted) return;
  await change(
    context,
    checked.ok
      ? giveBack(whoOf(context), { outcome, because, evidence })
      : checkInstead(whoOf(context), { because: `${because}, but ${checked.because}`, evidence }),
  );
};
