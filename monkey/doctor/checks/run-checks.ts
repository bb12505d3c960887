import type { Clock } from '../../../pool/clock.ts';
import type { CheckOrder } from '../../../pool/policy.ts';
import type { CheckResult, Probe } from '../ports/probe.ts';

export interface RunChecks {
  readonly probe: Probe;
  readonly clock: Clock;
  /** No new pass begins after this; one that has begun is finished, so that 0 means one pass. */
  readonly deadlineMs: number;
  /** Pause between one pass and the next. */
  readonly everyMs: number;
  /** How long one try of one check may take. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Hears of each result as it comes, of every pass. */
  readonly onResult?: (result: CheckResult) => void;
  /** Hears why a pass was not enough, as soon as it has ended. */
  readonly onFailed?: (because: string) => void;
}

export interface ChecksOutcome {
  readonly ok: boolean;
  /** Of the last pass, in the order of the orders; those that it did not come to are missing. */
  readonly results: readonly CheckResult[];
  readonly because: string;
}

/**
 * Runs all checks, one after the other, again and again until every one of them has passed in one and the same pass,
 * or the deadline has passed. Checks that pass in turns prove nothing, and no checks at all prove nothing either.
 */
export const runChecks = async (
  orders: readonly CheckOrder[],
  target: { readonly url: string },
  run: RunChecks,
): Promise<ChecksOutcome> => {
  if (orders.length === 0) return { ok: false, results: [], because: 'there are no checks to pass' };
  const endMs = run.clock.monotonicMs() + run.deadlineMs;
  for (let pass = 1; ; pass += 1) {
    const results = await onePass(orders, target, run);
    const because = verdict(orders, results, pass);
    if (because === undefined) return { ok: true, results, because: `all ${orders.length} checks passed` };
    run.onFailed?.(verdict(orders, results, 1) ?? because);
    if (run.clock.monotonicMs() + run.everyMs > endMs) return { ok: false, results, because };
    await run.clock.sleep(run.everyMs, run.signal);
    if (run.signal?.aborted === true) return { ok: false, results, because: `stopped: ${because}` };
  }
};

/** Runs the others after one has failed as well: a person wants to know of all that is wrong, not of the first. */
const onePass = async (
  orders: readonly CheckOrder[],
  target: { readonly url: string },
  { probe, timeoutMs, signal, onResult }: RunChecks,
): Promise<readonly CheckResult[]> => {
  const results: CheckResult[] = [];
  for (const order of orders) {
    if (signal?.aborted === true) break;
    const result = await probe.check(order, target, { deadlineMs: timeoutMs, ...(signal && { signal }) });
    results.push(result);
    onResult?.(result);
  }
  return results;
};

/** Why a pass was not enough; undefined where it was. */
const verdict = (orders: readonly CheckOrder[], results: readonly CheckResult[], pass: number): string | undefined => {
  const failed = results.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);
  const tries = pass === 1 ? '' : ` after ${pass} tries`;
  if (failed.length > 0) return `${failed.join('; ')}${tries}`;
  return results.length < orders.length ? `only ${results.length} of ${orders.length} checks were run` : undefined;
};
