/*
 * The keys of a pool. All carry the hash tag `{name}`, so that a pool is one slot of a Redis Cluster, and every script
 * is given each key that it touches.
 *
 * Of the keys below, these are the store's own, no part of what people or foreign routers read:
 * - `head`             string: id of the last commit, which the next event names as its predecessor.
 * - `commits`          zset, commit id → version: the last commits applied, so that none is applied twice and a lost
 *                      reply can be asked for; `!id` marks an id that was given up and must not be applied any more.
 * - `pulses`           hash, node → what guards read of its last vitals, see ../pulse.ts.
 * - `attempts`         hash, outbox entry → id of the letter in which its delivery was begun.
 * - `outboxCounts`     hash: `written`, `delivered`, `lost` at the bound; `pagesDelivered`, `pagesLost`.
 * - `pages`            stream of the notices that wait for the pager.
 * - `alarms`           zset, incident → when its alarm was raised: those that were not ended yet.
 * - `threads`, `threadTimes`  hash, incident → message that its thread hangs on; zset that bounds it.
 * - `evidence`, `evidenceTimes`  hash, incident → what was found of the node, as JSON; zset that bounds it.
 * - `baselines`, `baselineTimes`  hash, likeness and node → profile of a healthy node, as JSON; zset that bounds it.
 * - `profileOrders`    hash, node → the last profile that was asked of it, with when that is over. Its answer is a key of its own for
 *                      each order, see profileKey, and goes by itself.
 * - `incidentEntries`  hash: `h|id` head, `n|id` number of entries, `e|n|id` the entries of each incident.
 */

/** Each key with its Redis type; a commit refuses to touch a key of another one. */
export const keyTypes = {
  live: 'list',
  nodes: 'hash',
  epoch: 'string',
  version: 'string',
  admissionVersion: 'string',
  head: 'string',
  commits: 'zset',
  leader: 'string',
  events: 'stream',
  seen: 'zset',
  vitals: 'hash',
  pulses: 'hash',
  routers: 'hash',
  outbox: 'stream',
  attempts: 'hash',
  outboxCounts: 'hash',
  pages: 'stream',
  alarms: 'zset',
  threads: 'hash',
  threadTimes: 'zset',
  incidents: 'zset',
  incidentEntries: 'hash',
  evidence: 'hash',
  evidenceTimes: 'zset',
  baselines: 'hash',
  baselineTimes: 'zset',
  profileOrders: 'hash',
  lever: 'string',
  policy: 'hash',
} as const;

export type KeyName = keyof typeof keyTypes;
export type PoolKeys = Readonly<Record<KeyName, string>>;

/** The full key names of a pool. A name that could break out of the hash tag is a bug of who configures it: it throws. */
export const poolKeys = (pool: string): PoolKeys => {
  if (!isPoolName(pool)) throw new Error(`${JSON.stringify(pool)} cannot name a pool: use letters, digits, . _ -`);
  const names = Object.keys(keyTypes).map((name) => [name, `dm:{${pool}}:${name}`]);
  return Object.fromEntries(names) as PoolKeys;
};

/** Where the answer to one order of a profile is kept. */
export const profileKey = (keys: PoolKeys, order: string): string => `${keys.profileOrders}:${order}`;

const isPoolName = (pool: string): boolean => /^[\w.-]{1,64}$/.test(pool);

/** How much of each kind is kept. */
export const kept = {
  events: 10_000,
  commits: 10_000,
  /** About 40 MB at the worst; who leads says so early, see monkey/controller/fullness.ts. */
  notices: 50_000,
  pages: 5_000,
  alarms: 5_000,
  incidents: 1_000,
  /** Steps of one incident; of a longer story the last place is written again, so that its end is always told. */
  incidentEntries: 200,
  threads: 1_000,
  /** Incidents with evidence, of at most 256 KiB each. */
  evidence: 100,
  /** Of at most 64 KiB each. */
  baselines: 100,
} as const;
