import type { Policy } from '../../../pool/policy.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import { stepSlackMs } from './step-slack.ts';

type Timed = Pick<NodeRecord, 'state' | 'sinceMs' | 'stepDeadlineMs'>;

/**
 * From when on (Redis TIME, milliseconds) another than its owner may go on with a node that is on its way; undefined
 * in states that wait for nobody. A reboot has all of its own deadline, and one that was asked for again shortly before it
 * has the settle time of that: whoever asked is its owner until then.
 */
export const overdueAtMs = (node: Timed, { reboot, checks, drain }: Policy): number | undefined => {
  const { state, sinceMs, stepDeadlineMs } = node;
  switch (state) {
    case 'rebooting':
      return Math.max(sinceMs + reboot.deadline, stepDeadlineMs ?? 0);
    case 'checking':
      return stepDeadlineMs ?? sinceMs + checks.deadline + stepSlackMs;
    case 'draining':
      return stepDeadlineMs ?? sinceMs + drain.deadline + drain.calm + stepSlackMs;
    default:
      return undefined;
  }
};
