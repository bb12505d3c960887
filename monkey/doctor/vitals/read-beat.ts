/*
 * What a node's last beat says of its CPU and its finding. A beat is opaque to the pool: it may be garbage, from another
 * version, of an agent that is gone, or old.
 *
 * INVARIANTS
 * - What is not exactly as this version's agents tell it is unknown; nothing is ever guessed.
 * - A beat older than the policy's silence, or of another session than the record's, says nothing of the node now.
 */
import { isObject } from '../../../pool/json.ts';
import { neighboursOf } from '../../../pool/lazy-nodes.ts';
import { onceAView } from '../../../pool/once-a-view.ts';
import type { Policy } from '../../../pool/policy.ts';
import type { NodeRecord } from '../../../pool/record.ts';
import { formatMs } from '../../../pool/units.ts';
import type { PoolView } from '../../../pool/view.ts';
import type { Measured } from './vitals.ts';

/** What a fresh beat tells. */
export interface BeatTold {
  readonly ageMs: number;
  readonly cpu: Measured<{ readonly share: number; readonly busiestThreadShare?: number }>;
  readonly finding: ToldFinding;
}

/** The agent's own verdict; `finding` names the kind of sickness. */
export interface ToldFinding {
  readonly kind: 'well' | 'sick' | 'unknown';
  readonly because: string;
  readonly finding?: string;
}

export type BeatRead = ({ readonly kind: 'told' } & BeatTold) | { readonly kind: 'unknown'; readonly because: string };

export const readBeat = (
  { beats, seen, nowMs }: Pick<PoolView, 'beats' | 'seen' | 'nowMs'>,
  { id, session }: Pick<NodeRecord, 'id' | 'session'>,
  { silence }: Pick<Policy, 'silence'>,
): BeatRead => {
  const beat = beats.get(id);
  const seenMs = seen.get(id);
  if (beat === undefined || seenMs === undefined) return unknown('its agent has not beaten yet');
  const ageMs = nowMs - seenMs;
  if (!(ageMs <= silence.after)) return unknown(`its agent has not beaten for ${formatMs(ageMs)}`);
  if (beat.session !== session) return unknown('its last beat is of an agent that is gone');
  const { vitals, finding } = beat.vitals;
  return { kind: 'told', ageMs: Math.max(0, ageMs), cpu: readCpu(vitals), finding: readFinding(finding) };
};

/** The same of every serving node, by id. Two guards ask for all of them, of one view. */
export const beatsOfServing = onceAView((view, policy: Pick<Policy, 'silence'>): ReadonlyMap<string, BeatRead> => {
  const read = new Map<string, BeatRead>();
  for (const node of neighboursOf(view.nodes))
    if (node.state === 'serving') read.set(node.id, readBeat(view, node, policy));
  return read;
});

const unknown = (because: string) => ({ kind: 'unknown', because }) as const;

const readCpu = (vitals: unknown): BeatTold['cpu'] => {
  if (vitals === undefined) return unknown('its agent has measured nothing yet');
  const cpu = isObject(vitals) ? vitals['cpu'] : undefined;
  if (!isObject(cpu)) return unknown('its vitals can not be read');
  if (cpu['kind'] === 'unknown') return unknown(textOr(cpu['because'], 'its CPU could not be measured'));
  const { share, busiestThreadShare: thread } = cpu;
  if (cpu['kind'] !== 'measured' || !isShare(share)) return unknown('its CPU can not be read');
  if (thread === undefined) return { kind: 'measured', share };
  return isShare(thread)
    ? { kind: 'measured', share, busiestThreadShare: thread }
    : unknown('its busiest thread can not be read');
};

const readFinding = (finding: unknown): ToldFinding => {
  if (!isObject(finding)) return unknown('its finding can not be read');
  const { kind, because, finding: sickness } = finding;
  if (kind !== 'well' && kind !== 'sick' && kind !== 'unknown') return unknown('its finding can not be read');
  const why = textOr(because, 'it does not say why');
  return typeof sickness === 'string' ? { kind, because: why, finding: sickness } : { kind, because: why };
};

/** A share may lie over 1: what bursts over its own part of a machine takes more than that. */
const isShare = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;

const textOr = (value: unknown, otherwise: string): string =>
  typeof value === 'string' && value !== '' ? value : otherwise;
