/** A pool as a watcher sees it, for tests of judgement alone: no store, no clock. */

import type { InstanceSeen, MachineState } from '../../../../monkey/doctor/ports/power.ts';
import type { Attempt } from '../../../../monkey/doctor/rescue/attempt.ts';
import type { Survey } from '../../../../monkey/doctor/rescue/survey.ts';
import { judgeSilence } from '../../../../monkey/doctor/silence/judge.ts';
import type { Asked, SilenceStep } from '../../../../monkey/doctor/silence/step.ts';
import { afterTelling, nothingTold, silentIncident, type Told } from '../../../../monkey/doctor/silence/told.ts';
import { afterBreak, afterRead, newWatch, type Watch } from '../../../../monkey/doctor/silence/watch.ts';
import { type PolicySource, policySchema } from '../../../../pool/policy.ts';
import type { NodeRecord } from '../../../../pool/record.ts';
import type { PoolView } from '../../../../pool/view.ts';
import { beatOf } from '../../../support/view.ts';

/** Redis TIME at the first read. */
export const startMs = 1_700_000_000_000;

export const record = (id: string, part: Partial<NodeRecord> = {}): NodeRecord => ({
  ...{ schema: 1, id, url: `http://10.0.0.1:80${id.replaceAll(/\D/g, '')}`, service: 'meow', state: 'serving' },
  ...{ sinceMs: startMs, version: 1, commit: `c-${id}`, bootId: `boot-${id}`, session: `session-${id}` },
  ...{ weight: 1, relapses: 0, treatmentTimes: [], because: 'joined' },
  ...part,
});

export const viewOf = (nodes: readonly NodeRecord[], part: Partial<PoolView> = {}): PoolView => ({
  ...{ nowMs: startMs, readAtMs: 0, epoch: 'e1', version: 10, head: 'c', admissionVersion: 3 },
  ...{ seen: new Map(), beats: new Map(), routers: new Map(), lever: undefined, leader: undefined },
  ...{ policy: undefined, live: [], garbage: [] },
  nodes: new Map(nodes.map((node) => [node.id, node])),
  ...part,
});

export const answers: Asked = { failures: 0, last: { kind: 'answers', detail: 'HTTP 200' } };
export const dead: Asked = { failures: 3, last: { kind: 'silent', because: 'ECONNREFUSED' } };

/** What happens in one round, beside time. */
interface Round {
  /** Who has beaten just now. */
  readonly beating?: readonly string[];
  /** What asking has brought, by node. */
  readonly asked?: Readonly<Record<string, Asked>>;
  readonly view?: Partial<PoolView>;
  /** What EC2 has said for a minute; it knows nothing of the others. */
  readonly ec2?: Readonly<Record<string, InstanceSeen>>;
  readonly attempts?: Readonly<Record<string, Attempt>>;
}

const surveyOf = (ec2: NonNullable<Round['ec2']>, nowMs: number): Survey => ({
  sightings: new Map(
    Object.entries(ec2).map(([id, seen]) => [id, { seen, atMs: nowMs, sinceMs: nowMs - 60_000 }] as const),
  ),
});

/** A machine as EC2 shows it. */
export const machine = (
  state: MachineState = 'running',
  part: Partial<Extract<InstanceSeen, { kind: 'known' }>> = {},
): InstanceSeen => ({
  ...{ kind: 'known', state, storage: { kind: 'kept' }, tags: { 'doctor-monkey:pool': 'web' } },
  ...part,
});
export const noMachine: InstanceSeen = { kind: 'no-such-instance' };

/** A watcher that reads its pool once a second. */
export const watcher = (first: readonly NodeRecord[], policy: PolicySource = {}, mode: 'observe' | 'act' = 'act') => {
  let nodes = first;
  let watch: Watch = newWatch;
  let told: Told = nothingTold;
  let nowMs = 0;
  const seen = new Map(first.map(({ id }) => [id, startMs]));

  const round = ({
    beating = [],
    asked = {},
    view: part,
    ec2 = {},
    attempts = {},
  }: Round = {}): readonly SilenceStep[] => {
    nowMs += 1_000;
    for (const id of beating) seen.set(id, startMs + nowMs);
    const beats = new Map(nodes.map((node) => [node.id, beatOf(node)]));
    const view = viewOf(nodes, { nowMs: startMs + nowMs, seen: new Map(seen), beats, ...part });
    watch = afterRead(watch, view, nowMs);
    const byIncident = Object.entries(asked).map(
      ([id, one]) => [silentIncident(id, seen.get(id) ?? startMs), one] as const,
    );
    const steps = judgeSilence({
      ...{ view, watch, told, monotonicMs: nowMs, mode, asked: new Map(byIncident) },
      policy: policySchema.parse(policy),
      ...{ pool: 'web', survey: surveyOf(ec2, nowMs), attempts: new Map(Object.entries(attempts)) },
    });
    for (const step of steps) if (step.kind === 'tell' || step.kind === 'lose') told = afterTelling(told, step.story);
    return steps;
  };
  return {
    round,
    /** A read has failed, or the controller was started again: what was told stands in the pool. */
    breaks: () => {
      watch = afterBreak(watch);
    },
    /** So many rounds in a row; what they led to, all together. */
    rounds: (count: number, each: Round = {}) => Array.from({ length: count }, () => round(each)).flat(),
    set: (changed: NodeRecord) => {
      nodes = [...nodes.filter(({ id }) => id !== changed.id), changed];
    },
    serving: () => nodes.filter(({ state }) => state === 'serving').map(({ id }) => id),
  };
};

export const kinds = (steps: readonly SilenceStep[]): readonly string[] => steps.map(({ kind }) => kind);
/** What is more than asking. */
export const actsOf = (steps: readonly SilenceStep[]): readonly SilenceStep[] =>
  steps.filter(({ kind }) => kind !== 'ask' && kind !== 'look');
export const lostBy = (steps: readonly SilenceStep[]): readonly string[] =>
  steps.flatMap((step) => (step.kind === 'lose' ? [step.node.id] : []));
/** The notices of what was told, by kind. */
export const noticesBy = (steps: readonly SilenceStep[]) =>
  steps.flatMap((step) =>
    step.kind === 'ask' || step.kind === 'look'
      ? []
      : step.kind === 'forget-router'
        ? [step.notice]
        : step.story.notices,
  );
