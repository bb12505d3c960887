import type { IncidentEntry } from '../../../pool/commit.ts';
import type { Notice } from '../../../pool/notice.ts';
import { formatShare } from '../../../pool/units.ts';
import { memoryLines } from '../memory/told.ts';
import type { Evidence } from '../ports/evidence.ts';

type Told = Omit<Notice, 'id' | 'node' | 'incident'>;

/**
 * Evidence goes into the commit that follows from it, so that it is told exactly once, whatever crashes in between.
 */
export const evidenceEntries = (evidence: Evidence | undefined): readonly IncidentEntry[] =>
  evidence === undefined ? [] : [{ step: 'evidence', because: 'taken while draining', detail: { ...evidence } }];

export const evidenceNotices = (node: string, evidence: Evidence | undefined): readonly Told[] =>
  evidence === undefined
    ? []
    : [{ kind: 'evidence', urgency: 'info', text: wordsOf(node, evidence), detail: { ...evidence } }];

const wordsOf = (node: string, { topByCpu, missing, profile, memory }: Evidence): string => {
  const [first] = topByCpu;
  const [named] = memory === undefined ? [] : memoryLines(memory);
  if (named !== undefined) return `Memory of ${node}, ${named}.`;
  const [hottest] = profile?.hottest ?? [];
  if (hottest !== undefined) return `Hottest on ${node}: ${formatShare(hottest.share)} in ${hottest.frame}.`;
  if (first === undefined) return `No evidence of ${node} could be had: ${missing.join('; ')}.`;
  return `Busiest on ${node}: ${first.command} (pid ${first.pid}) with ${Math.round(first.cpuShare * 100)} % of a core.`;
};
