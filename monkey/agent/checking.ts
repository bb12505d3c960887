import type { Policy } from '../../pool/policy.ts';
import type { NodeRecord } from '../../pool/record.ts';
import { unreadablePolicy } from '../../pool/unreadable-policy.ts';
import type { PoolView } from '../../pool/view.ts';
import { type RunChecks, runChecks } from '../doctor/checks/run-checks.ts';
import { passChecks } from '../doctor/life/after-checks.ts';
import { climbOrFail, type FailedChecks, hasRestarted } from '../doctor/life/next-rung.ts';
import { own } from '../doctor/life/own.ts';
import type { Failed } from '../doctor/life/shut-out.ts';
import { type Context, change, policyOf, viewNow, whoOf } from './context.ts';
import { isOver } from './is-over.ts';
import { serviceAble } from './means.ts';
import { ask, describeSelf, whileRebooting } from './rebooting.ts';

/** Longest pause between two rounds of checks of a node that may not be quarantined. */
const longestPauseMs = 60_000;

/**
 * Checks this node, by the pool's own policy, until it passes, or until it is quarantined or somebody else decides about it.
 *
 * @param over aborts when the record no longer says `checking`: whoever decided so need not wait for a check
 * @param onFailed hears after each pass what failed in it
 */
export const whileChecking = async (
  context: Context,
  over: AbortSignal,
  onFailed: (because: string) => void,
): Promise<void> => {
  const { parts, self, signal } = context;
  for (let pauseMs = 1_000; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const view = await viewToCheckBy(context, over);
    const record = own(view, whoOf(context), 'checking');
    if (record === undefined) return;
    const policy = policyOf(view);
    const { ok, results, because } = await checks(context, policy, {
      deadlineMs: policy.checks.deadline,
      signal: over,
      onFailed,
    });
    if (isOver(signal) || isOver(over)) return;
    if (!ok) parts.log.warn('checks-failed', { node: self.id, because });
    const outcome = ok
      ? await change(context, passChecks(whoOf(context), results))
      : await fail(context, record, { policy, because, results });
    if (outcome.kind === 'committed' && outcome.draft.what !== 'checking-on') return;
    await parts.clock.sleep(pauseMs * (0.5 + parts.random()), over);
    if (isOver(signal) || isOver(over)) return;
  }
};

/** The node goes out; or, where its service was restarted in vain, the reboot that comes next is intended and asked for. */
const fail = async (
  context: Context,
  record: NodeRecord,
  { policy, because, results }: Pick<Failed, 'policy' | 'because' | 'results'>,
) => {
  const { options, known, self } = context;
  // Known before the intent: the token is checked moments before the call is sent.
  const instance = hasRestarted(record) ? await describeSelf(context) : undefined;
  const sinceLostPoolMs = known.sinceLostPoolMs();
  const failed: FailedChecks = {
    ...whoOf(context),
    ...{ policy, because, results, bootId: self.bootId, mode: options.mode, service: serviceAble(context) },
    watchedMs: known.watchedMs(),
    known: { instance, viewAgeMs: 0, ...(sinceLostPoolMs === undefined ? {} : { sinceLostPoolMs }) },
  };
  const outcome = await change(context, climbOrFail(failed));
  if (outcome.kind === 'committed' && outcome.draft.what === 'rebooting' && instance !== undefined)
    await whileRebooting(context, await ask(context, `${outcome.version}:${outcome.commit}`, instance));
  return outcome;
};

/** Between two looks whether a policy that could not be read can be read now. */
const unreadPauseMs = 1_000;

/** The pool as it is once its policy can be read: by the defaults no node is let into service that asks for more. */
const viewToCheckBy = async (context: Context, over: AbortSignal): Promise<PoolView> => {
  const { parts, self } = context;
  for (let said = false; ; said = true) {
    const view = await viewNow(context);
    const unread = unreadablePolicy(view);
    if (unread === undefined || isOver(over)) return view;
    if (!said)
      parts.log.warn('checks-wait', { node: self.id, because: `the policy cannot be read: ${unread.because}` });
    await parts.clock.sleep(unreadPauseMs * (0.5 + parts.random()), over);
  }
};

/** One try of all checks. */
export const checkOnce = (context: Context, policy: Policy) =>
  checks(context, policy, { deadlineMs: 0, signal: context.signal });

const checks = (
  { parts, options }: Context,
  { checks: orders }: Policy,
  until: Required<Pick<RunChecks, 'deadlineMs' | 'signal'>> & Pick<RunChecks, 'onFailed'>,
) =>
  runChecks(
    orders.run,
    { url: options.url },
    {
      probe: parts.probe,
      clock: parts.clock,
      ...until,
      everyMs: orders.every,
      timeoutMs: orders.timeout,
    },
  );
