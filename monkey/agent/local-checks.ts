/*
 * The app's answers to its own agent, asked for in each round.
 *
 * INVARIANTS
 * - No round waits for a check: a pass goes on beside the rounds, and counts for the first one after its end.
 * - Never more than one pass at a time; what was asked before the node was taken out says nothing of it afterwards.
 */
import { isCalled } from '../../pool/checks.ts';
import type { CheckOrder, Policy } from '../../pool/policy.ts';
import { messageOf } from '../../pool/thrown.ts';
import { type ChecksOutcome, runChecks } from '../doctor/checks/run-checks.ts';
import type { Examination } from '../doctor/vitals/examination.ts';
import type { Context } from './context.ts';

export interface LocalChecks {
  /** What has ended since the last call; and begins the next pass where none goes on. */
  readonly next: (policy: Policy) => Examination['checks'];
  /** Ends what goes on, and forgets what has ended. */
  readonly forget: () => void;
}

export const newLocalChecks = (context: Context): LocalChecks => {
  let pass: AbortController | undefined;
  let ended: Examination['checks'];

  const begin = async (policy: Policy): Promise<void> => {
    const mine = new AbortController();
    pass = mine;
    const seen = await checkLocally(context, policy, AbortSignal.any([context.signal, mine.signal]));
    if (pass !== mine) return;
    pass = undefined;
    ended = seen;
  };

  return {
    next: (policy) => {
      const seen = ended;
      ended = undefined;
      if (policy.vitals.check.act === 'off') return undefined;
      if (pass === undefined) void begin(policy);
      return seen;
    },
    forget: () => {
      pass?.abort();
      pass = undefined;
      ended = undefined;
    },
  };
};

/** One pass of the checks that the policy wants tried on a serving node. Never throws. */
export const checkLocally = async (
  { parts, options }: Pick<Context, 'parts' | 'options'>,
  policy: Policy,
  signal: AbortSignal,
): Promise<NonNullable<Examination['checks']>> => {
  const { every: everyMs, timeout: timeoutMs } = policy.checks;
  const run = { probe: parts.probe, clock: parts.clock, deadlineMs: 0, everyMs, timeoutMs, signal };
  try {
    return seenIn(await runChecks(localOrders(policy), { url: options.url }, run), signal);
  } catch (error) {
    return { kind: 'unknown', because: messageOf(error) };
  }
};

const localOrders = ({ checks, vitals }: Policy): readonly CheckOrder[] => {
  const { only } = vitals.check;
  return only === undefined ? checks.run : checks.run.filter((order) => only.some((name) => isCalled(order, name)));
};

const seenIn = ({ results }: ChecksOutcome, signal: AbortSignal): NonNullable<Examination['checks']> => {
  // A check that was broken off says nothing of the app.
  if (signal.aborted) return { kind: 'unknown', because: 'stopped before there was an answer' };
  if (results.length === 0) return { kind: 'unknown', because: 'there are no checks to run' };
  const failed = results.filter(({ ok }) => !ok).map(({ name, detail }) => `${name}: ${detail}`);
  return { kind: 'measured', passed: results.length - failed.length, failed };
};
