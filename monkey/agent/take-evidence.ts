/*
 * All evidence of one drain: what is busy, what the app is doing, and the last lines of its log.
 *
 * INVARIANTS
 * - What could not be had is named; nothing here fails, and nothing outlives its limits by more than a moment.
 * - Stacks and lines are kept in the pool, beside the incident; what is told on is what people read of it.
 */
import { toJson } from '../../pool/json.ts';
import type { Limits } from '../../pool/store.ts';
import { messageOf } from '../../pool/thrown.ts';
import type { FindingKind } from '../doctor/diagnosis/findings.ts';
import {
  type Baseline,
  evidenceMostBytes,
  type KeptEvidence,
  keptProfile,
  readProfile,
} from '../doctor/evidence/kept.ts';
import { profileTold } from '../doctor/evidence/profile-told.ts';
import type { MemoryTold } from '../doctor/memory/told.ts';
import type { Evidence, KeptKind } from '../doctor/ports/evidence.ts';
import type { LineSource, LinesRead } from '../doctor/ports/lines.ts';
import type { Captured, ProfileAsk } from '../doctor/ports/profiler.ts';
import type { MemoryDiary } from './memory-diary.ts';
import type { AgentOptions, AgentParts, Self } from './parts.ts';
import type { Profiling } from './profiling.ts';

export interface EvidenceParts {
  readonly parts: Pick<AgentParts, 'evidence' | 'store' | 'journal' | 'kernelLog' | 'deploy'>;
  readonly options: Pick<AgentOptions, 'service' | 'poolDeadlineMs'>;
  readonly self: Pick<Self, 'id'>;
  readonly profiling: Profiling;
  readonly memory: Pick<MemoryDiary, 'told'>;
}

/** What is wanted of a drain. */
export interface EvidenceAsk {
  readonly drain: string;
  readonly incident: string | undefined;
  /** What it was drained for. */
  readonly finding: string | undefined;
  readonly deadlineMs: number;
  /** Undefined: no profile is wanted. */
  readonly profile: ProfileAsk | undefined;
}

export const likenessOf = (service: string, by: Captured['by']): string => `${service} ${by}`;

export interface Taking {
  readonly limits: Limits;
  /** Of the agent: what was taken is kept although its drain is over, and not after that. */
  readonly end: AbortSignal;
  /** Hears of what was found before it is compared and kept, which takes Redis. */
  readonly onHad: (evidence: Evidence) => void;
}

export const takeEvidence = async (
  given: EvidenceParts,
  ask: EvidenceAsk,
  { limits, end, onHad }: Taking,
): Promise<Evidence> => {
  const found = await lookAll(given, ask, limits);
  const { profile } = found;
  onHad(uncompared(found));
  const forStore: Limits = { deadlineMs: given.options.poolDeadlineMs, signal: end };
  const likened = profile === undefined ? undefined : await healthyLike(given, profile, forStore);
  const healthy = likened === 'not-read' ? undefined : likened;
  const all = likened === 'not-read' ? uncompared(found) : told(found, healthy);
  onHad(all);
  const kept = await keep(given, ask.incident, toKeep(given.self.id, found, healthy), forStore);
  return {
    ...all,
    ...(kept.kinds.length === 0 ? {} : { kept: kept.kinds }),
    missing: [...new Set([...all.missing, ...kept.missing])],
  };
};

/** What there was to see, before anything is made of it. */
interface Found {
  readonly processes: Evidence;
  readonly profile: Captured | undefined;
  readonly log: LinesRead | undefined;
  readonly oom: LinesRead | undefined;
  readonly deploy: string | undefined;
  readonly memory: MemoryTold | undefined;
  readonly missing: readonly string[];
}

/** Findings of which people want to know who has the memory. */
const ofMemory: ReadonlySet<string> = new Set<FindingKind>(['oom', 'memory', 'pressure']);

const lookAll = async (
  given: EvidenceParts,
  { profile: ask, finding = 'cpu' }: EvidenceAsk,
  limits: Limits,
): Promise<Found> => {
  const { evidence, journal, kernelLog, deploy: deployOf } = given.parts;
  const [processes, captured, log, oom, deploy] = await Promise.all([
    evidence.take(limits),
    ask === undefined ? undefined : given.profiling.evidence(ask, limits),
    lines(journal, limits),
    lines(kernelLog, limits),
    deployOf?.(limits).catch(() => undefined),
  ]);
  const missing = [
    ...(captured?.kind === 'not-captured' ? [`a profile: ${captured.because}`] : []),
    ...(log?.kind === 'not-read' ? [log.because] : []),
    // That it may not be read is usual: it is told where somebody was killed, and nobody else knows for certain who.
    ...(oom?.kind === 'not-read' && finding === 'oom' ? [oom.because] : []),
  ];
  const memory = ofMemory.has(finding) ? given.memory.told(oom?.kind === 'read' ? oom : undefined) : undefined;
  return {
    processes,
    profile: captured?.kind === 'captured' ? captured : undefined,
    log,
    oom,
    deploy,
    memory,
    missing,
  };
};

const told = ({ processes, profile, deploy, memory, missing }: Found, healthy: Baseline | undefined): Evidence => ({
  ...processes,
  ...(profile === undefined ? {} : { profile: profileTold(profile, healthy) }),
  ...(deploy === undefined ? {} : { deploy }),
  ...(memory === undefined ? {} : { memory }),
  missing: [...processes.missing, ...missing],
});

/** Until it is compared with a healthy node, what it was doing may be its work: it has no fingerprint. */
const uncompared = (found: Found): Evidence => {
  const { profile, ...rest } = told(found, undefined);
  if (profile === undefined) return rest;
  const { fingerprint: _uncompared, ...seen } = profile;
  return { ...rest, profile: seen };
};

const toKeep = (node: string, { profile, log, oom, missing }: Found, healthy: Baseline | undefined): KeptEvidence => ({
  node,
  ...(profile === undefined ? {} : { profile: keptProfile(profile) }),
  ...(healthy === undefined ? {} : { healthy }),
  ...(log?.kind === 'read' ? { journal: { of: log.of, lines: log.lines } } : {}),
  ...(oom?.kind === 'read' && oom.lines.length > 0 ? { oom: { of: oom.of, lines: oom.lines } } : {}),
  missing: [...new Set([...missing, ...(oom?.kind === 'not-read' ? [oom.because] : [])])],
});

const lines = async (source: LineSource | undefined, limits: Limits): Promise<LinesRead | undefined> =>
  source?.read(limits).catch((error: unknown): LinesRead => ({ kind: 'not-read', because: messageOf(error) }));

/** A healthy profile to compare with; that there is none is nothing to tell anybody. */
const healthyLike = async (
  { parts, options, self }: EvidenceParts,
  { by }: Captured,
  limits: Limits,
): Promise<Baseline | 'not-read' | undefined> => {
  try {
    const found = await parts.store.baseline({ like: likenessOf(options.service, by), node: self.id }, limits);
    const profile = found === undefined ? undefined : readProfile(found.json);
    return found === undefined || profile === undefined ? undefined : { node: found.node, atMs: found.atMs, profile };
  } catch {
    return 'not-read';
  }
};

interface Kept {
  readonly kinds: readonly KeptKind[];
  readonly missing: readonly string[];
}

const keep = async (
  { parts }: EvidenceParts,
  incident: string | undefined,
  { node, missing, ...found }: KeptEvidence,
  limits: Limits,
): Promise<Kept> => {
  const kinds = Object.keys(found) as readonly KeptKind[];
  // Only the last hundred are kept: one that has nothing in it would take another's place. So it is told instead.
  if (kinds.length === 0 || incident === undefined) return { kinds: [], missing };
  const json = toJson({ node, ...found, missing });
  if (Buffer.byteLength(json) > evidenceMostBytes)
    return { kinds: [], missing: [`stacks and logs: ${Buffer.byteLength(json)} bytes are more than are kept`] };
  try {
    await parts.store.keepEvidence(incident, json, limits);
    return { kinds, missing: [] };
  } catch (error) {
    return { kinds: [], missing: [`stacks and logs could not be kept: ${messageOf(error)}`] };
  }
};
