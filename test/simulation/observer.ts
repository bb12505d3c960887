/*
 * Sees every commit as it is applied, and every call that changes a machine as it is sent, and asks the laws.
 */
import type { Commit } from '../../pool/commit.ts';
import { readObject } from '../../pool/json.ts';
import type { MemoryServer } from '../../pool/memory-server.ts';
import { defaultPolicy, type Policy, policySchema } from '../../pool/policy.ts';
import { type NodeRecord, tokenOf } from '../../pool/record.ts';
import type { Life } from './life.ts';
import type { PowerCall, Region } from './region.ts';
import type { Schedule } from './schedule.ts';
import type { SimClock } from './sim-clock.ts';

/** One commit, right after it was applied. */
export interface Seen {
  readonly what: string;
  readonly by: Life;
  /** How old the view was that it was decided from when it was written to the network. */
  readonly writtenAfterMs: number;
  readonly before: ReadonlyMap<string, NodeRecord>;
  readonly after: ReadonlyMap<string, NodeRecord>;
  readonly changed: readonly string[];
  /** Why healing is stopped at this moment; undefined: it is not. */
  readonly lever: string | undefined;
}

/** What the laws may know beside the commit itself. */
export interface Truth {
  readonly schedule: Schedule;
  readonly clock: SimClock;
  readonly server: MemoryServer;
  readonly region: Region;
  readonly policy: () => Policy;
  /** When a node entered its state, and was last in another, by the simulation's clock. */
  readonly history: ReadonlyMap<string, readonly Stay[]>;
  /** Load on a node now, as a share of its CPU, and on each of so many nodes. */
  readonly loadOn: (id: string) => number;
  readonly wholeLoad: () => number;
  readonly routersOf: (id: string) => readonly string[];
}

/** One stretch of time in which a record stood as it was. */
export interface Stay {
  readonly record: NodeRecord;
  readonly fromMs: number;
  toMs: number;
}

export interface Law {
  readonly name: string;
  readonly onCommit?: (seen: Seen, truth: Truth) => string | undefined;
  readonly onCall?: (call: PowerCall, truth: Truth) => string | undefined;
}

export interface Violation {
  readonly law: string;
  readonly because: string;
  readonly atMs: number;
}

export interface Observer {
  readonly truth: Truth;
  readonly committing: (life: Life, commit: Commit) => void;
  readonly applied: (id: string) => void;
  readonly called: (call: PowerCall) => void;
  /** The data has become other data by no commit: what was known of it is known anew. */
  readonly dataReplaced: () => void;
  readonly violation: () => Violation | undefined;
  readonly violate: (law: string, because: string) => void;
}

export type Tell = (line: () => string) => void;

const staysKept = 12;

export const newObserver = (parts: Omit<Truth, 'history' | 'policy'>, laws: readonly Law[], tell: Tell): Observer => {
  const { clock, server } = parts;
  const committers = new Map<string, { readonly by: Life; readonly writtenAfterMs: number }>();
  const history = new Map<string, Stay[]>();
  let records: ReadonlyMap<string, NodeRecord> = new Map();
  let violation: Violation | undefined;
  const policies = newPolicies();

  const truth: Truth = { ...parts, history, policy: () => policies(server.data.policy.get('source')) };
  const violate = (law: string, because: string): void => {
    if (violation !== undefined) return;
    violation = { law, because, atMs: Math.round(clock.monotonicMs()) };
    tell(() => `VIOLATION of "${law}": ${because}`);
  };
  const remember = (next: ReadonlyMap<string, NodeRecord>): void => {
    const nowMs = clock.monotonicMs();
    for (const [id, stays] of history) {
      const last = stays.at(-1);
      if (last?.toMs === Number.POSITIVE_INFINITY && next.get(id) !== last.record) last.toMs = nowMs;
    }
    for (const [id, record] of next) {
      const stays = history.get(id) ?? [];
      history.set(id, stays);
      if (stays.at(-1)?.record === record) continue;
      stays.push({ record, fromMs: nowMs, toMs: Number.POSITIVE_INFINITY });
      if (stays.length > staysKept) stays.shift();
    }
    records = next;
  };

  return {
    truth,
    violate,
    violation: () => violation,
    committing: (life, { id, readAtMs }) => {
      committers.set(id, { by: life, writtenAfterMs: clock.monotonicMs() - readAtMs });
    },
    applied: (id) => {
      const committer = committers.get(id);
      const event = fieldsOf(server.data.events.at(-1)?.fields ?? []);
      if (committer === undefined) throw new Error(`nobody knows who committed ${id}`);
      const { by, writtenAfterMs } = committer;
      const written = readObject(event.get('nodes') ?? '{}') ?? {};
      const after = new Map(records);
      for (const [node, record] of Object.entries(written)) {
        if (record === null) after.delete(node);
        else after.set(node, record as NodeRecord);
      }
      const what = event.get('what') ?? '?';
      const seen: Seen = {
        ...{ what, by, writtenAfterMs, before: records, after, changed: Object.keys(written) },
        lever: leverOf(server),
      };
      for (const node of seen.changed) {
        const record = after.get(node);
        if (record?.state === 'rebooting' || record?.call === 'start') by.told.intent = tokenOf(record);
      }
      tell(() => storyOf(seen));
      remember(after);
      for (const law of laws) {
        const because = law.onCommit?.(seen, truth);
        if (because !== undefined) violate(law.name, because);
      }
    },
    called: (call) => {
      tell(() => `${call.by.name} asks EC2: ${call.kind} ${call.machine}`);
      for (const law of laws) {
        const because = law.onCall?.(call, truth);
        if (because !== undefined) violate(law.name, because);
      }
    },
    dataReplaced: () => {
      const next = new Map<string, NodeRecord>();
      for (const [id, json] of server.data.nodes) next.set(id, JSON.parse(json) as NodeRecord);
      remember(next);
    },
  };
};

const newPolicies = () => {
  const known = new Map<string | undefined, Policy>([[undefined, defaultPolicy()]]);
  return (source: string | undefined): Policy => {
    const found = known.get(source) ?? policySchema.parse(JSON.parse(source ?? '{}'));
    known.set(source, found);
    return found;
  };
};

const fieldsOf = (fields: readonly string[]): ReadonlyMap<string, string> => {
  const map = new Map<string, string>();
  for (let at = 0; at + 1 < fields.length; at += 2) map.set(fields[at] ?? '', fields[at + 1] ?? '');
  return map;
};

const leverOf = (server: MemoryServer): string | undefined => {
  const lever = server.data.lever === undefined ? undefined : readObject(server.data.lever);
  if (lever === undefined) return undefined;
  const untilMs = lever['untilMs'];
  return typeof untilMs === 'number' && untilMs <= server.now() ? undefined : String(lever['because']);
};

const storyOf = ({ what, by, before, after, changed }: Seen): string => {
  const changes = changed.map((id) => {
    const [was, is] = [before.get(id), after.get(id)];
    return was?.state === is?.state
      ? `${id} ${is?.state ?? 'gone'}`
      : `${id} ${was?.state ?? 'new'} -> ${is?.state ?? 'gone'}: ${is?.because ?? ''}`;
  });
  return `${by.name} commits ${what}${changes.length === 0 ? '' : `: ${changes.join('; ')}`}`;
};
