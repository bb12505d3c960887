import type { PoolView } from '../../pool/view.ts';
import { type Able, ableHere, type Means } from '../doctor/treatment/plan.ts';
import { type Context, policyOf } from './context.ts';

/** Whether this agent knows how to restart the service. */
export const serviceAble = ({ parts }: Pick<Context, 'parts'>): Able =>
  parts.service === undefined
    ? { kind: 'unable', because: 'agent.service does not say what to restart' }
    : { kind: 'able' };

/** What this agent can do for its node now. */
export const meansOf = (context: Pick<Context, 'parts'>, view: PoolView): Means => ({
  nowMs: view.nowMs,
  skipMs: policyOf(view).remedies.skip,
  able: ableHere(serviceAble(context)),
});
