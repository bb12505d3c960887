/*
 * Restarting the service.
 *
 * INVARIANTS
 * - It is restarted only on an intent that stands committed and acknowledged, seen moments before, and while nothing
 *   stops healing.
 * - After a crash it goes on from the record: a second restart harms nobody. Where that one fails, nobody knows what came of
 *   the first: the checks say, and no stronger remedy follows from it.
 * - What it came to is committed before anything else: checks prove the rest.
 */
import { type Token, tokenOf } from '../../pool/record.ts';
import { intendRestart, intendRestartAgain, tellRestarted } from '../doctor/life/restart.ts';
import type { Evidence } from '../doctor/ports/evidence.ts';
import type { Restarted } from '../doctor/ports/service.ts';
import { type Context, change, policyOf, viewNow, whoOf } from './context.ts';
import { isOver } from './is-over.ts';
import type { Look } from './look.ts';

/** Intends a restart and carries it out; says why it failed where it surely has, and another remedy may follow. */
export const restart = async (
  context: Context,
  look: () => Promise<Look>,
  because: string,
  evidence: Evidence | undefined,
): Promise<string | undefined> => {
  const policy = policyOf(await viewNow(context));
  const intended = await change(context, intendRestart({ ...whoOf(context), policy, because, evidence }));
  if (intended.kind !== 'committed') return undefined;
  return carryOut(context, look, `${intended.version}:${intended.commit}`, (answer) => answer);
};

/** Goes on with a restart whose intent stands in the record. */
export const goOnRestarting = async (context: Context, look: () => Promise<Look>): Promise<void> => {
  const policy = policyOf(await viewNow(context));
  // Nobody knows whether a replica has what stands there: it is intended once more, which tells people nothing.
  const intended = await change(context, intendRestartAgain({ ...whoOf(context), policy }));
  if (intended.kind === 'committed')
    await carryOut(context, look, `${intended.version}:${intended.commit}`, inDoubtOfTheFirst);
};

/** The restart before this one may have been carried out, and have cured. */
const inDoubtOfTheFirst = (answer: Restarted): Restarted =>
  answer.kind === 'failed'
    ? { kind: 'unknown', because: `what came of the restart is not known, and a second one failed: ${answer.because}` }
    : answer;

const carryOut = async (
  context: Context,
  look: () => Promise<Look>,
  intent: Token,
  read: (answer: Restarted) => Restarted,
): Promise<string | undefined> => {
  const { parts, self, signal } = context;
  // The look asks for the lever, for holds and for who is needed back; what it ends is decided anew from the record.
  const seen = await look();
  if (seen.kind === 'over' || signal.aborted) return undefined;
  const record = seen.view.nodes.get(self.id);
  if (record === undefined || tokenOf(record) !== intent) return undefined;
  const answer = read(await restartNow(context, policyOf(seen.view).restart.deadline));
  if (isOver(signal)) return undefined;
  parts.log.info('service-restarted', { node: self.id, answer });
  if (answer.kind === 'failed') return `the service could not be restarted: ${answer.because}`;
  await change(context, tellRestarted(whoOf(context), answer));
  return undefined;
};

const restartNow = async ({ parts, signal }: Context, deadlineMs: number): Promise<Restarted> =>
  parts.service === undefined
    ? { kind: 'failed', because: 'agent.service does not say what to restart' }
    : parts.service
        .restart({ deadlineMs, signal })
        .catch((error: unknown): Restarted => ({ kind: 'unknown', because: String(error) }));
