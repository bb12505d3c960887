/** Views and vitals as judgement takes them, with all that a test does not speak of set to what is usual. */

import type { Finding } from '../../monkey/doctor/diagnosis/course.ts';
import type { Examination } from '../../monkey/doctor/vitals/examination.ts';
import type { Vitals } from '../../monkey/doctor/vitals/vitals.ts';
import type { CommitDraft, Decision } from '../../pool/decision.ts';
import { type Policy, type PolicySource, policySchema } from '../../pool/policy.ts';
import type { NodeRecord } from '../../pool/record.ts';
import type { Beat, PoolView, RouterReport } from '../../pool/view.ts';
import { nodeRecord } from './nodes.ts';

/** Redis TIME in a view, unless a test says otherwise. */
export const nowMs = 1_000_000;

/** A pool in which every node of `nodes` has just beaten, and is well. */
export const viewOf = (nodes: readonly NodeRecord[], part: Partial<PoolView> = {}): PoolView => ({
  nowMs,
  readAtMs: 0,
  epoch: 'epoch-1',
  version: 10,
  head: 'c10',
  admissionVersion: 4,
  nodes: new Map(nodes.map((node) => [node.id, node])),
  seen: new Map(nodes.map(({ id }) => [id, nowMs - 500])),
  beats: new Map(nodes.map((node) => [node.id, beatOf(node)])),
  routers: new Map(),
  lever: undefined,
  leader: undefined,
  policy: undefined,
  live: nodes.filter(({ state }) => state === 'serving').map(({ url }) => url),
  garbage: [],
  ...part,
});

/** What the agent of a node says of it: how much of its CPU it takes, or why that is not known. */
export const beatOf = (
  { id, session }: Pick<NodeRecord, 'id' | 'session'>,
  cpu: Parameters<typeof vitalsOf>[0] = { share: 0.2 },
  finding: Finding = { kind: 'well', because: 'a test says so' },
): Beat => ({ node: id, session, vitals: { vitals: vitalsOf(cpu), finding } });

/** So many serving nodes, called `other-1` and so on. */
export const others = (count: number): readonly NodeRecord[] =>
  Array.from({ length: count }, (_, index) => nodeRecord(`other-${index + 1}`));

export const policyOf = (source: PolicySource = {}): Policy => policySchema.parse(source);

/** A router that has just reported, with its in-flight counts by drain. */
export const routerOf = (id: string, draining: RouterReport['draining'] = {}, atMs = nowMs): [string, RouterReport] => [
  id,
  { id, atMs, version: 10, draining },
];

export const vitalsOf = (
  cpu: { readonly share: number; readonly busiestThreadShare?: number } | string,
  uptimeSeconds = 3_600,
): Vitals => ({
  cpu:
    typeof cpu === 'string'
      ? { kind: 'unknown', because: cpu }
      : { kind: 'measured', source: 'host', overMs: 30_000, ...cpu },
  memory: { kind: 'measured', usedShare: 0.4, totalBytes: 2 ** 30 },
  oom: { kind: 'measured', kills: 0 },
  pressure: { kind: 'measured', cpuShare: 0, memoryShare: 0, ioShare: 0 },
  disks: [{ path: '/', kind: 'measured', usedShare: 0.4, inodesShare: 0.1 }],
  load: [0.1, 0.1, 0.1],
  uptimeSeconds,
});

/** One round of a node that is well but for what a test says of it. */
export const examinationOf = (part: Partial<Vitals> = {}, checks?: Examination['checks']): Examination => ({
  vitals: { ...vitalsOf({ share: 0.1 }), ...part },
  checks,
});

/** What a decision commits; throws where it commits nothing. */
export const committed = (decision: Decision): CommitDraft => {
  if (decision.kind === 'commit') return decision.draft;
  throw new Error(`nothing was committed: ${decision.because}`);
};

/** The record that a commit writes for this node; throws where it writes none. */
export const written = (decision: Decision, id = 'web-1') => {
  for (const write of committed(decision).writes)
    if (write.kind === 'put-node' && write.node.id === id) return write.node;
  throw new Error(`no record of ${id} was written`);
};

/** The steps that a commit adds to incidents. */
export const steps = (decision: Decision): readonly string[] =>
  committed(decision).writes.flatMap((write) => (write.kind === 'incident' ? [write.entry.step] : []));
