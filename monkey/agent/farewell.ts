import { farewell } from '../doctor/life/farewell.ts';
import { own } from '../doctor/life/own.ts';
import { purposeOf } from '../doctor/treatment/purpose.ts';
import { stepSlackMs } from '../doctor/treatment/step-slack.ts';
import { type Context, change, policyOf, viewNow, whoOf } from './context.ts';
import { whileDraining } from './draining.ts';

/** A machine that goes down is drained first; a restart of the agent alone leaves it serving. */
export const sayFarewell = async (context: Context): Promise<void> => {
  const { parts, self } = context;
  try {
    if (!(await parts.machine.shuttingDown())) return;
    const policy = policyOf(await viewNow(context));
    await change(context, farewell(whoOf(context), policy));
    await withDeadline(context, policy.drain.deadline + stepSlackMs, finishDrain);
  } catch (error) {
    parts.log.warn('farewell-failed', { node: self.id, because: String(error) });
  }
};

/** Ours, or a human's that was under way: both end as they were meant to. A treatment is not for a machine that goes. */
const finishDrain = async (context: Context): Promise<void> => {
  const view = await viewNow(context);
  const record = own(view, whoOf(context), 'draining');
  if (record !== undefined && purposeOf(record) !== 'treat') await whileDraining(context, record, view);
};

/** The machine does not wait for ever. */
const withDeadline = async (
  context: Context,
  deadlineMs: number,
  act: (context: Context) => Promise<void>,
): Promise<void> => {
  const late = new AbortController();
  const done = new AbortController();
  const timer = context.parts.clock.sleep(deadlineMs, done.signal).then(() => late.abort());
  try {
    await act({ ...context, signal: late.signal });
  } finally {
    done.abort();
    await timer;
  }
};
