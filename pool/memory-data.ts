/*
 * The data of a pool in memory, kept as Redis keeps it, records as JSON: whoever reads gets what nobody can change, and
 * garbage can be put in.
 */
import { toJson } from './json.ts';
import { parseBeats } from './parse-beats.ts';
import { isGarbage } from './parse-record.ts';
import { parseView, readLever } from './parse-view.ts';
import type { Parsers } from './parsers.ts';
import { standingOrder } from './profile-order.ts';
import { pulseOf } from './pulse.ts';
import { kept, type PoolKeys, poolKeys } from './redis/keys.ts';
import type { BeatAnswer, KeptBaseline, Likeness } from './store.ts';
import type { Beat, Beats, PoolView } from './view.ts';

export interface MemoryData {
  epoch: string | undefined;
  version: number;
  head: string;
  admissionVersion: number;
  live: string[];
  lever: string | undefined;
  leader: string | undefined;
  written: number;
  delivered: number;
  lost: number;
  pagesWritten: number;
  pagesDelivered: number;
  pagesLost: number;
  readonly nodes: Map<string, string>;
  readonly seen: Map<string, number>;
  readonly vitals: Map<string, string>;
  readonly pulses: Map<string, string>;
  readonly routers: Map<string, string>;
  readonly policy: Map<string, string>;
  /** Commit id → version; those given up stand as `!id`. */
  readonly commits: Map<string, number>;
  readonly events: { readonly id: string; readonly fields: readonly string[] }[];
  readonly outbox: { readonly entry: string; readonly notice: string }[];
  readonly attempts: Map<string, string>;
  readonly profileOrders: Map<string, string>;
  /** Order → answer, and when it goes. */
  readonly profiles: Map<string, { readonly answer: string; readonly untilMs: number }>;
  readonly pages: { readonly entry: string; readonly notice: string }[];
  readonly alarms: Map<string, number>;
  readonly threads: Map<string, string>;
  readonly incidents: Map<string, { readonly head: string; readonly entries: string[] }>;
  /** Oldest first. */
  readonly evidence: Map<string, string>;
  /** By likeness and node, oldest first. */
  readonly baselines: Map<string, KeptBaseline & Likeness>;
}

export const emptyData = (): MemoryData => ({
  epoch: undefined,
  version: 0,
  head: '',
  admissionVersion: 0,
  live: [],
  lever: undefined,
  leader: undefined,
  written: 0,
  delivered: 0,
  lost: 0,
  pagesWritten: 0,
  pagesDelivered: 0,
  pagesLost: 0,
  nodes: new Map(),
  seen: new Map(),
  vitals: new Map(),
  pulses: new Map(),
  routers: new Map(),
  policy: new Map(),
  commits: new Map(),
  events: [],
  outbox: [],
  attempts: new Map(),
  profileOrders: new Map(),
  profiles: new Map(),
  pages: [],
  alarms: new Map(),
  threads: new Map(),
  incidents: new Map(),
  evidence: new Map(),
  baselines: new Map(),
});

export const copyData = (data: MemoryData): MemoryData => ({
  ...data,
  nodes: new Map(data.nodes),
  seen: new Map(data.seen),
  vitals: new Map(data.vitals),
  pulses: new Map(data.pulses),
  routers: new Map(data.routers),
  policy: new Map(data.policy),
  commits: new Map(data.commits),
  events: [...data.events],
  outbox: [...data.outbox],
  attempts: new Map(data.attempts),
  pages: [...data.pages],
  alarms: new Map(data.alarms),
  threads: new Map(data.threads),
  evidence: new Map(data.evidence),
  baselines: new Map(data.baselines),
  incidents: new Map([...data.incidents].map(([id, { head, entries }]) => [id, { head, entries: [...entries] }])),
});

export const viewOf = (
  data: MemoryData,
  { nowMs, readAtMs }: Pick<PoolView, 'nowMs' | 'readAtMs'>,
  keys: PoolKeys,
  parsers?: Parsers,
): PoolView =>
  parseView(
    {
      ...{ nowMs, readAtMs },
      epoch: data.epoch,
      version: String(data.version),
      head: data.head,
      admissionVersion: String(data.admissionVersion),
      nodes: inTurn(data.nodes),
      seen: inTurn(data.seen),
      pulses: inTurn(data.pulses),
      routers: inTurn(data.routers),
      lever: data.lever,
      leader: data.leader,
      policy: Object.fromEntries(data.policy),
      live: [...data.live],
    },
    keys,
    parsers,
  );

/** Names and values of a map: in simulations it is done more often than all else. */
const inTurn = <T>(map: ReadonlyMap<string, T>): readonly (string | T)[] => {
  const pairs: (string | T)[] = [];
  for (const [name, value] of map) pairs.push(name, value);
  return pairs;
};

/** A beat and its pulse, kept where the pool has the node. */
export const takeBeat = (data: MemoryData, beat: Beat, nowMs: number): void => {
  if (!data.nodes.has(beat.node)) return;
  data.seen.set(beat.node, nowMs);
  data.vitals.set(beat.node, toJson(beat));
  data.pulses.set(beat.node, pulseOf(beat));
};

/** The last beats of these nodes, or of all. */
export const beatsOf = ({ vitals }: MemoryData, nodes: readonly string[] | undefined, pool: string): Beats =>
  parseBeats(
    (nodes ?? [...vitals.keys()]).map((node) => [node, vitals.get(node)]),
    poolKeys(pool).vitals,
  );

/** What a beat brings back, from the same moment. */
export const beatAnswer = (data: MemoryData, node: string, parsers: Parsers, nowMs: number): BeatAnswer => {
  const { epoch, admissionVersion, nodes } = data;
  const json = nodes.get(node);
  const record = json === undefined ? undefined : parsers.record(node, json);
  const profile = standingOrder(data.profileOrders.get(node), nowMs);
  return {
    ...{ nowMs, epoch, admissionVersion },
    record: record === undefined || isGarbage(record) ? undefined : record,
    lever: readLever(data.lever, nowMs, () => undefined),
    ...(profile === undefined ? {} : { profile }),
  };
};

/** Drops the oldest of a map or a list until no more than `most` are left. */
export const trimMap = (map: Map<string, unknown>, most: number): void => {
  for (const key of map.keys()) {
    if (map.size <= most) return;
    map.delete(key);
  }
};

export const trimOutbox = (data: MemoryData): void => {
  for (const { entry } of data.outbox.splice(0, Math.max(0, data.outbox.length - kept.notices))) {
    data.attempts.delete(entry);
    data.lost += 1;
  }
  data.pagesLost += data.pages.splice(0, Math.max(0, data.pages.length - kept.pages)).length;
};
