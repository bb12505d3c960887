/*
 * Whom requests may be sent to, from what the pool says and what is remembered of it. Pure.
 *
 * INVARIANTS
 * - A member is a serving node whose URL is allowed, or one that is kept from before the pool was lost; no URL is
 *   a member twice.
 * - What the pool says of a node beats what is remembered of it.
 */
import type { NodeRecord } from '../pool/record.ts';
import { judgeNodeUrl, type UrlRules } from '../pool/url-allowed.ts';

export interface Member {
  readonly id: string;
  /** Origin, as {@link judgeNodeUrl} gives it. */
  readonly url: string;
  /** Share of a full node's traffic, 0 to 1. */
  readonly weight: number;
  /** Since when this router has seen it serve, by its monotonic clock; `undefined`: since before it looked. */
  readonly servingSinceMs?: number;
  /** When the pool says that it returned to service; tells one return from the next. */
  readonly returnedMs?: number;
}

/** A drain under way, by the id of its commit: routers acknowledge it by this id. */
export interface Drain {
  readonly id: string;
  readonly node: string;
}

/** A serving node that gets no request, because its URL may not be asked. */
export interface IgnoredNode {
  readonly node: string;
  readonly url: string;
  readonly because: string;
}

export interface Membership {
  readonly members: readonly Member[];
  readonly drains: readonly Drain[];
  readonly ignored: readonly IgnoredNode[];
}

/** What the pool said last. */
export interface PoolState {
  /** Identity of the pool's data; `undefined`: it was never written to. */
  readonly epoch: string | undefined;
  readonly version: number;
  readonly nodes: ReadonlyMap<string, NodeRecord>;
  readonly slowStartMs: number;
  /** The key of the nodes is garbage as a whole: `nodes` says nothing. */
  readonly nodesUnread?: true;
}

/** What requests are routed by until now. */
export interface Before {
  readonly members: readonly Member[];
  /** The pool had been read: whoever is new in it has just begun to serve. */
  readonly hadPool: boolean;
  readonly nowMs: number;
}

/** @param kept members from before the pool was lost, or of an earlier run; those that the pool names are the pool's */
export const membershipOf = (
  pool: PoolState | undefined,
  kept: readonly Member[],
  before: Before,
  rules: UrlRules,
): Membership => {
  const nodes = [...(pool?.nodes.values() ?? [])];
  const judged = nodes.filter(({ state }) => state === 'serving').map((node) => judge(node, before, rules));
  const members = judged.flatMap(({ member }) => member ?? []);
  const named = new Set(nodes.flatMap(({ id, url }) => [id, url]));
  const remembered = kept.filter(({ id, url }) => !named.has(id) && !named.has(url));
  return {
    members: onceEach([...members, ...remembered]),
    drains: nodes.flatMap(({ id, drain }) => (drain === undefined ? [] : { id: drain, node: id })),
    ignored: judged.flatMap(({ ignored }) => ignored ?? []),
  };
};

interface Judged {
  readonly member?: Member;
  readonly ignored?: IgnoredNode;
}

const judge = (node: NodeRecord, before: Before, rules: UrlRules): Judged => {
  const { id, url, weight, servingSinceMs: returnedMs } = node;
  const judgement = judgeNodeUrl(url, rules);
  if (judgement.kind === 'refused') return { ignored: { node: id, url, because: judgement.because } };
  const since = servingSince(id, judgement.origin, returnedMs, before);
  const returned = returnedMs === undefined ? {} : { returnedMs };
  return { member: { id, url: judgement.origin, weight, ...returned, ...since } };
};

/** Redis time is not our clock, so a return is dated when we see it. One that was kept has never been away. */
const servingSince = (
  id: string,
  url: string,
  returnedMs: number | undefined,
  { members, hadPool, nowMs }: Before,
): Pick<Member, 'servingSinceMs'> => {
  const known = members.find((member) => member.id === id && member.url === url);
  const isSameReturn = known !== undefined && (known.returnedMs === undefined || known.returnedMs === returnedMs);
  if (!isSameReturn) return hadPool && returnedMs !== undefined ? { servingSinceMs: nowMs } : {};
  return known.servingSinceMs === undefined ? {} : { servingSinceMs: known.servingSinceMs };
};

const onceEach = (members: readonly Member[]): readonly Member[] => {
  const byUrl = new Map<string, Member>();
  for (const member of members) if (!byUrl.has(member.url)) byUrl.set(member.url, member);
  return [...byUrl.values()];
};

/** URLs that a person gave by hand: loopback and names are fine, metadata services never are. */
export const membersByHand = (urls: readonly string[]): Membership => {
  const rules: UrlRules = { allowedNetworks: ['0.0.0.0/0', '::/0'], allowedNames: 'any' };
  const judged = urls.map((url) => ({ url, judgement: judgeNodeUrl(url, rules) }));
  const members = judged.flatMap(({ judgement }) =>
    judgement.kind === 'allowed' ? { id: judgement.origin, url: judgement.origin, weight: 1 } : [],
  );
  const ignored = judged.flatMap(({ url, judgement }) =>
    judgement.kind === 'refused' ? { node: url, url, because: judgement.because } : [],
  );
  return { members: onceEach(members), drains: [], ignored };
};
