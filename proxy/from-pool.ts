/** Routes to the serving nodes of a pool, and tells the pool what is in flight on those that are draining. */
import type { Clock } from '../pool/clock.ts';
import { type Followed, follow } from '../pool/follower.ts';
import type { Log } from '../pool/log.ts';
import { defaultPolicy } from '../pool/policy.ts';
import type { PoolStore } from '../pool/store.ts';
import { unreadableNodes } from '../pool/unreadable-nodes.ts';
import type { UrlRules } from '../pool/url-allowed.ts';
import { dial } from './forward/dial.ts';
import type { Refusal } from './forward/failure.ts';
import { Keeper } from './keeper.ts';
import type { Drain } from './members.ts';
import { Reporter } from './report.ts';
import { type RequestRates, requestRates } from './request-rates.ts';
import { loadSnapshot, snapshotWriter } from './snapshot-file.ts';
import type { Source } from './source.ts';
import type { RoutingTable } from './table.ts';

export interface FromPoolParts {
  readonly id: string;
  readonly store: PoolStore;
  readonly rules: UrlRules;
  readonly snapshotFile: string | undefined;
  /** False: another worker writes it. */
  readonly writesSnapshot: boolean;
  readonly table: RoutingTable;
  readonly clock: Clock;
  readonly log: Log;
  /** Wall-clock time, for the age of the snapshot file. */
  readonly wallMs: () => number;
}

const probeMs = 1_000;
/** A router that starts waits this long for its pool, so that its first client finds it ready. */
const startWithinMs = 2_000;

export const sourceFromPool = async (parts: FromPoolParts): Promise<Source> => {
  const { store, rules, snapshotFile, table, clock, log } = parts;
  const [known, reported] = [new AbortController(), new AbortController()];
  let drains: readonly Drain[] = [];
  const keeper = new Keeper({
    rules,
    clock,
    log,
    probe,
    writer: writerOf(parts),
    onChange: (membership, slowStartMs) => {
      table.apply(membership.members, slowStartMs);
      const isNews = membership.drains.map(({ id }) => id).join() !== drains.map(({ id }) => id).join();
      drains = membership.drains;
      if (isNews) reporter.changed();
      if (keeper.pool !== undefined || membership.members.length > 0) known.abort();
    },
  });
  const rates = requestRates(clock, () => table.chosenSoFar());
  const reporter = new Reporter({
    ...{ store, clock, log, report: () => reportOf(parts, keeper, drains, rates()) },
    onFirst: () => reported.abort(),
  });
  if (snapshotFile !== undefined) await remember(keeper, snapshotFile, parts);
  const stopping = new AbortController();
  const follower = follow(store, { clock, log, signal: stopping.signal, onChange: hearing(keeper) });
  // A drain must not end without a router of which the pool has not heard yet: it reports before it serves anybody.
  await Promise.all([known, reported].map(({ signal }) => clock.sleep(startWithinMs, signal)));
  return {
    nobody: () => nobody(keeper, follower.current()),
    state: () => stateOf(keeper, follower.current(), clock),
    leavingChanged: () => reporter.changed(),
    ejectionChanged: () => reporter.changed(),
    stop: async () => {
      await Promise.all([follower.stop(), keeper.stop(), reporter.stop()]);
    },
  };
};

const writerOf = ({ snapshotFile, writesSnapshot, store, wallMs, log }: FromPoolParts) =>
  snapshotFile === undefined || !writesSnapshot ? undefined : snapshotWriter(snapshotFile, store.name, wallMs, log);

/** Applies each new snapshot; that Redis is away changes nothing of what is known. */
const hearing = (keeper: Keeper): ((followed: Followed) => void) => {
  let heard: Followed['snapshot'];
  return ({ snapshot }) => {
    if (snapshot === undefined || snapshot === heard) return;
    heard = snapshot;
    const { epoch, version, nodes, policy } = snapshot;
    const unread = unreadableNodes(snapshot) === undefined ? {} : ({ nodesUnread: true } as const);
    keeper.heard({ epoch, version, nodes, slowStartMs: (policy?.policy ?? defaultPolicy()).slowStart, ...unread });
  };
};

const remember = async (keeper: Keeper, file: string, { store, log, wallMs }: FromPoolParts): Promise<void> => {
  const loaded = await loadSnapshot(file, store.name, wallMs());
  if (loaded.kind === 'loaded') keeper.remember(loaded.snapshot);
  else log.info('snapshot-not-used', { file, because: loaded.because });
};

const reportOf = (
  { id, table, clock }: FromPoolParts,
  { pool }: Keeper,
  drains: readonly Drain[],
  requests: ReturnType<RequestRates>,
) => {
  const all = [...table.members(), ...table.leaving()];
  const inFlightOn = (node: string): number =>
    all.reduce((sum, upstream) => sum + (upstream.id === node ? upstream.inFlight : 0), 0);
  const draining = Object.fromEntries(drains.map((drain) => [drain.id, inFlightOn(drain.node)]));
  const nowMs = clock.monotonicMs();
  const { leftOut } = table;
  const ejected = leftOut.ejected(nowMs).map((upstream) => upstream.id);
  return {
    ...{ id, version: pool?.version ?? 0, draining },
    ...(requests === undefined ? {} : { requests }),
    ...(ejected.length === 0 ? {} : { ejected, panic: leftOut.isPanicking(nowMs) }),
  };
};

const probe = async (url: string, signal: AbortSignal): Promise<boolean> => {
  const dialed = await dial(new URL(url), { connectMs: probeMs, signal });
  if (dialed.kind === 'connected') dialed.socket.destroy();
  return dialed.kind === 'connected';
};

/** An empty pool and an unreachable Redis are different things and are told apart. */
const nobody = (keeper: Keeper, { away }: Followed): Refusal => {
  const { pool, membership } = keeper;
  if (pool === undefined && away === undefined) return none('starting', 'the pool has not been read yet');
  if (pool === undefined) return none('pool-unknown', 'Redis is away, and no node is known');
  if (away !== undefined) return none('no-node', 'no node was serving when Redis was last heard of');
  if (membership.ignored.length > 0) return none('no-node', 'no serving node has a URL that may be routed to');
  return none('no-node', 'no node of the pool is serving');
};

const none = (error: string, because: string): Refusal => ({ status: 503, error, because });

const stateOf = (keeper: Keeper, { away }: Followed, clock: Clock): ReturnType<Source['state']> => ({
  isKnown: keeper.pool !== undefined || keeper.membership.members.length > 0,
  epoch: keeper.pool?.epoch,
  version: keeper.pool?.version ?? 0,
  awayMs: away === undefined ? 0 : clock.monotonicMs() - away.sinceMs,
  ignored: keeper.membership.ignored,
  kept: keeper.kept,
});
