import { formatMs } from '../../../pool/units.ts';
import { isCheckedAgain } from '../life/after-checks.ts';
import { overdueAtMs } from '../treatment/overdue-at.ts';
import type { SilenceStep } from './step.ts';
import type { Watched } from './watched.ts';

/** An agent that goes on late has this long to do so before people hear of it. */
const graceMs = 60_000;

/**
 * Nodes on their way whose agents beat and do not go on: hung in one step, or against something that their log tells.
 * So are lost ones, which an agent that beats should bring back into checking at once.
 * People are told once; nobody acts, since the agent is alive and owns its node.
 */
export const aboutStuck = (watched: Watched): readonly SilenceStep[] => {
  const { view, policy, watch } = watched;
  return [...view.nodes.values()].flatMap((node): readonly SilenceStep[] => {
    const beatAgeMs = view.nowMs - (view.seen.get(node.id) ?? Number.NEGATIVE_INFINITY);
    const heardAgainMs = watch.heardAgain?.get(node.id);
    const lateMs = view.nowMs - (heardAgainMs ?? overdueAtMs(node, policy) ?? Number.POSITIVE_INFINITY);
    if (beatAgeMs >= policy.silence.after || lateMs < graceMs || isCheckedAgain(node)) return [];
    // Stopped and started by a controller, which sees to it.
    if (node.call !== undefined) return [];
    const because =
      heardAgainMs === undefined
        ? `stuck in ${node.state}: its agent beats, but its time was over ${formatMs(lateMs)} ago`
        : `stuck in ${node.state}: its agent has beaten again for ${formatMs(lateMs)}, but does not let it be checked`;
    const detail = { service: node.service, url: node.url, because, next: 'a human looks at the log of its agent' };
    const text = `${node.id}: ${because}.`;
    const story = {
      ...{
        incident: node.incident ?? `stuck-${node.id}-${node.sinceMs}`,
        node: node.id,
        step: `hung-${node.state}`,
        because,
      },
      notices: [{ kind: 'stuck', urgency: 'page', text, detail }] as const,
    };
    return [{ kind: 'tell', story }];
  });
};
