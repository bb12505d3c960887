import type { Policy } from '../../../pool/policy.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import { stepSlackMs } from './step-slack.ts';

type Timed = Pick<NodeRecord, 'state' | 'sinceMs' | 'stepDeadlineMs'>;

/**
 * From when on (Redis TIME, milliseconds) another than its owner may go on with a node that is on its way; undefined
 * in states that wait for nobody. A reboot has all of its own deadline: its step's deadline is the settle time, which
 * only paces asking again.
 */
export const overdueAtMs = (node: Timed, { reboot, checks, drain }: Policy): number | undefined => {
  const { state, sinceMs, stepDeadlineMs } = node;
  switch (state) {
    case 'rebooting':
      return sinceMs + reboot.deadline;
    case 'checking':
      return stepDeadlineMs ?? sinceMs + checks.deadline + stepSlackMs;
    case 'draining':
      return stepDeadlineMs ?? sinceMs + drain.deadline + drain.calm + stepSlackMs;
    default:
      return undefined;
  }
};
