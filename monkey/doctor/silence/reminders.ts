import { formatMs } from '../../../pool/units.ts';
import type { SilenceStep } from './step.ts';
import type { Watched } from './watched.ts';

const dayMs = 24 * 3_600_000;

/** Nodes that wait for a human, once a day for as long as they do: who is forgotten costs the pool its reserve. */
export const aboutWaiting = ({ view }: Watched): readonly SilenceStep[] =>
  [...view.nodes.values()].flatMap((node): readonly SilenceStep[] => {
    const days = Math.floor((view.nowMs - node.sinceMs) / dayMs);
    if ((node.state !== 'quarantined' && node.state !== 'held') || days < 1) return [];
    const because = `${node.state} for ${formatMs(days * dayMs)}: ${node.because}`;
    const text = `${node.id} still waits for a human, ${because}. When it is well: monkey readmit ${node.id}`;
    const story = {
      ...{ incident: `waiting-${node.id}-${node.sinceMs}`, node: node.id, step: `day-${days}`, because },
      notices: [{ kind: 'waiting', urgency: 'warning', text, detail: { service: node.service, because } }] as const,
    };
    return [{ kind: 'tell', story }];
  });
