import type { Policy } from '../../pool/policy.ts';
import { runChecks } from '../doctor/checks/run-checks.ts';
import { passChecks, quarantine } from '../doctor/life/after-checks.ts';
import { type Context, change, policyOf, viewNow } from './context.ts';

/** Longest pause between two rounds of checks of a node that may not be quarantined. */
const longestPauseMs = 60_000;

/** Checks this node until it passes, or until it is quarantined or somebody else decides about it. */
export const whileChecking = async (context: Context): Promise<void> => {
  const { parts, self, signal } = context;
  const who = { node: self.id, session: self.session };
  let pauseMs = 1_000;
  while (!signal.aborted) {
    const view = await viewNow(context);
    const record = view.nodes.get(self.id);
    if (record?.state !== 'checking' || record.session !== self.session) return;
    const policy = policyOf(view);
    const run = await checks(context, policy, policy.checks.deadline);
    if (signal.aborted) return;
    const outcome = await change(
      context,
      run.ok ? passChecks(who, run.results) : quarantine(who, policy, run.because, run.results),
    );
    if (outcome.kind === 'committed' && outcome.draft.what !== 'checking-on') return;
    await parts.clock.sleep(pauseMs * (0.5 + parts.random()), signal);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
};

/** One try of all checks. */
export const checkOnce = (context: Context, policy: Policy) => checks(context, policy, 0);

const checks = ({ parts, options, signal }: Context, { checks: orders }: Policy, deadlineMs: number) =>
  runChecks(
    orders.run,
    { url: options.url },
    {
      probe: parts.probe,
      clock: parts.clock,
      deadlineMs,
      everyMs: orders.every,
      timeoutMs: orders.timeout,
      signal,
    },
  );
