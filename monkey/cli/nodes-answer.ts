/** The pool as `monkey nodes` tells it: its stable shape, made from a view. Pure. */
import { defaultPolicy } from '../../pool/policy.ts';
import type { NodeRecord } from '../../pool/record.ts';
import type { OutboxCounts } from '../../pool/store.ts';
import type { PoolView } from '../../pool/view.ts';
import { routerSilentAfterMs } from '../doctor/treatment/drained.ts';
import { leverPulled } from '../doctor/treatment/lever.ts';
import { waitsFor } from '../doctor/treatment/reboot-waits.ts';
import { numberTold, toldBy } from '../doctor/vitals/told.ts';
import { poolWarnings } from './pool-warnings.ts';

export interface NodesAnswer {
  readonly pool: string;
  /** Null: this pool was never written to. */
  readonly epoch: string | null;
  readonly version: number;
  /** The clock of Redis; all other times are by it too. */
  readonly nowMs: number;
  readonly lever: {
    readonly by: string;
    readonly because: string;
    readonly sinceMs: number;
    readonly untilMs: number | null;
  } | null;
  readonly leader: {
    readonly holder: string;
    readonly untilMs: number;
    /** Whether it acts or only observes; null: it has not told. */
    readonly mode: 'observe' | 'act' | null;
    /** Why its notices wait; null: nothing keeps them that it knows of. */
    readonly trouble: string | null;
  } | null;
  /** Null: nobody has applied one, the defaults stand. */
  readonly policyVersion: number | null;
  readonly routers: readonly RouterLine[];
  readonly nodes: readonly NodeLine[];
  /** The live list, as foreign routers read it. */
  readonly live: readonly string[];
  readonly warnings: readonly string[];
  /** What people were told, and what still waits for Slack and the pager; null where it was not asked for. */
  readonly outbox: OutboxCounts | null;
}

export interface NodeLine {
  readonly id: string;
  readonly service: string;
  readonly url: string;
  readonly state: string;
  readonly sinceMs: number;
  readonly because: string;
  readonly live: boolean;
  readonly weight: number;
  readonly relapses: number;
  readonly heldBy: string | null;
  readonly incident: string | null;
  readonly lastBeatMs: number | null;
  /** Share of the node's CPUs, 0 to 1; null where its agent has not measured it. */
  readonly cpuShare: number | null;
  /** Share of one core that the app's busiest thread takes. */
  readonly busiestThreadShare: number | null;
  /** What its agent found last; null where it has told nothing. `finding` names the sickness. */
  readonly finding: { readonly kind: string; readonly finding: string | null; readonly because: string } | null;
  /** What failed in the last pass of the checks before it serves; null where none goes on, or none has failed. */
  readonly failing: string | null;
  /** Whether its agent treats or only reports; null: it has not told. */
  readonly mode: 'observe' | 'act' | null;
}

export interface RouterLine {
  readonly id: string;
  readonly version: number;
  readonly atMs: number;
  readonly silent: boolean;
  /** Requests in flight on draining nodes. */
  readonly inFlight: number;
  /** Serving nodes that it leaves out for now, because requests to them failed. */
  readonly ejected: readonly string[];
  /** So few are left that it sends requests to all of them all the same. */
  readonly panic: boolean;
}

export const nodesAnswer = (pool: string, view: PoolView, outbox: OutboxCounts | null = null): NodesAnswer => {
  const pulled = leverPulled(view);
  const live = new Set(view.live);
  return {
    pool,
    epoch: view.epoch ?? null,
    version: view.version,
    nowMs: view.nowMs,
    lever:
      pulled === undefined
        ? null
        : { by: pulled.by, because: pulled.because, sinceMs: pulled.sinceMs, untilMs: pulled.untilMs ?? null },
    leader: leaderOf(view),
    policyVersion: view.policy?.version ?? null,
    routers: routersOf(view),
    nodes: [...view.nodes.values()]
      .map((node) => nodeLine(view, node, live))
      .sort((a, b) => (a.service + a.id < b.service + b.id ? -1 : 1)),
    live: view.live,
    warnings: poolWarnings(view, view.policy?.policy ?? defaultPolicy()),
    outbox,
  };
};

const leaderOf = ({ leader, nowMs }: PoolView): NodesAnswer['leader'] =>
  leader === undefined || leader.untilMs <= nowMs
    ? null
    : { holder: leader.holder, untilMs: leader.untilMs, mode: leader.mode ?? null, trouble: leader.trouble ?? null };

const routersOf = (view: PoolView): readonly RouterLine[] =>
  [...view.routers.values()].map(({ id, version, atMs, draining, ejected, panic }) => ({
    id,
    version,
    atMs,
    silent: view.nowMs - atMs > routerSilentAfterMs,
    inFlight: Object.values(draining).reduce((sum, count) => sum + count, 0),
    ejected: ejected ?? [],
    panic: panic ?? false,
  }));

const nodeLine = (view: PoolView, node: NodeRecord, live: ReadonlySet<string>): NodeLine => {
  const { id, service, url, state, sinceMs, weight, relapses } = node;
  const waits = waitsFor(node);
  const because = waits === undefined ? node.because : `${node.because}; its reboot waits: ${waits.because}`;
  const told = toldBy(view.beats.get(id));
  return {
    ...{ id, service, url, state, sinceMs, because, weight, relapses },
    live: live.has(url),
    heldBy: node.heldBy ?? null,
    incident: node.incident ?? null,
    lastBeatMs: view.seen.get(id) ?? null,
    cpuShare: numberTold(told, 'cpu', 'share') ?? null,
    busiestThreadShare: numberTold(told, 'cpu', 'busiestThreadShare') ?? null,
    finding: told.finding === undefined ? null : { ...told.finding, finding: told.finding.finding ?? null },
    mode: told.mode ?? null,
    failing: node.state === 'checking' ? (told.failing ?? null) : null,
  };
};
