/*
 * What a router knows of its pool over time, and what it keeps when the pool is lost. Pure.
 *
 * INVARIANTS
 * - An empty pool and a lost one are different things: another epoch, a lower version, or nodes that cannot be read as
 *   a whole, empty nothing at once.
 * - Members that are kept are used only while they answer.
 */
import type { Member, PoolState } from './members.ts';

export interface Kept {
  readonly member: Member;
  readonly answers: boolean;
  /** Probes without an answer, in a row. */
  readonly missed: number;
}

export interface Known {
  /** What the pool said last; `undefined`: it has not been heard of since the start. */
  readonly pool: PoolState | undefined;
  readonly kept: readonly Kept[];
  /** Identity of the pool that the kept ones are from. */
  readonly keptEpoch?: string | undefined;
  /** When the pool was found lost, by this process's monotonic clock. */
  readonly lostAtMs?: number;
}

export const nothingKnown: Known = { pool: undefined, kept: [] };

/** Agents join a lost pool again, one by one; for so long its members are kept beside those that have joined. */
export const keptForMs = 60_000;

/** One lost probe is no reason to send nothing more to a node that was serving. */
const missesAllowed = 1;

/** Members from a snapshot file: none is used before it has answered. */
export const fromSnapshot = (members: readonly Member[], epoch: string | undefined): Known => ({
  pool: undefined,
  kept: members.map((member) => ({ member, answers: false, missed: 0 })),
  keptEpoch: epoch,
});

/** @param inUse the members that requests went to until now */
export const afterPool = (known: Known, pool: PoolState, inUse: readonly Member[], nowMs: number): Known => {
  const epochBefore = known.pool === undefined ? known.keptEpoch : known.pool.epoch;
  const isOlder = known.pool !== undefined && pool.version < known.pool.version;
  const isLost = epochBefore !== undefined && (pool.epoch !== epochBefore || isOlder);
  // Nothing is known of the nodes: that is a loss as well, and one only for as long as it lasts.
  const isUnread = pool.nodesUnread === true && known.pool?.nodesUnread !== true;
  if (isLost || isUnread) {
    const kept = known.pool === undefined ? known.kept : inUse.map(keep);
    return { pool, kept, keptEpoch: epochBefore, lostAtMs: nowMs };
  }
  return known.lostAtMs === undefined ? { pool, kept: [] } : { ...known, pool };
};

/** When it returned to service is forgotten: to come back from a lost pool is no return. */
const keep = ({ id, url, weight }: Member): Kept => ({ member: { id, url, weight }, answers: true, missed: 0 });

/** A kept member has answered a probe, or has not. */
export const afterProbe = (known: Known, url: string, hasAnswered: boolean): Known => ({
  ...known,
  kept: known.kept.map((kept) => (kept.member.url === url ? probed(kept, hasAnswered) : kept)),
});

const probed = ({ member, answers, missed }: Kept, hasAnswered: boolean): Kept =>
  hasAnswered
    ? { member, answers: true, missed: 0 }
    : { member, answers: answers && missed < missesAllowed, missed: missed + 1 };

/** Lets the kept ones go once the pool has members of its own and had time to gather them. */
export const afterTime = (known: Known, serving: number, nowMs: number): Known => {
  const { pool, lostAtMs } = known;
  if (lostAtMs === undefined || serving === 0 || nowMs - lostAtMs < keptForMs) return known;
  return { pool, kept: [] };
};

export const usableKept = ({ kept }: Known): readonly Member[] =>
  kept.filter(({ answers }) => answers).map(({ member }) => member);
