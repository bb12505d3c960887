/** What the commit script does, in memory: the two pass one contract suite. */
import type { CommitResult, Expectation } from './commit.ts';
import type { CommitPlan } from './commit-plan.ts';
import { readObject, toJson } from './json.ts';
import { type MemoryData, trimMap, trimOutbox } from './memory-data.ts';
import { parseCounter, parseLease } from './parse-parts.ts';
import { kept } from './redis/keys.ts';
import { isCount } from './shape.ts';
import type { Lease } from './view.ts';

/** Applies the plan or says why not. `data` is changed only if it is applied. */
export const applyPlan = (data: MemoryData, plan: CommitPlan, nowMs: number): CommitResult => {
  const applied = data.commits.get(plan.id);
  if (applied !== undefined) return { kind: 'committed', version: applied, atMs: nowMs };
  if (data.commits.has(`!${plan.id}`)) return conflict('given up: its reply was not waited for');
  for (const wanted of plan.expect) {
    const because = fails(data, wanted, nowMs);
    if (because !== undefined) return conflict(because);
  }
  const version = data.version + 1;
  const nodes = plan.nodes.map(({ id, json }) => ({
    id,
    json: json === undefined ? undefined : stamped(json, version, plan.id),
  }));
  writeEvent(data, plan, nodes, version, nowMs);
  writeState(data, plan, nodes, version, nowMs);
  writeStories(data, plan, nowMs);
  return { kind: 'committed', version, atMs: nowMs };
};

/** What became of a commit; one not applied is given up. */
export const lookUpCommit = (data: MemoryData, id: string, nowMs: number): CommitResult => {
  const version = data.commits.get(id);
  if (version !== undefined) return { kind: 'committed', version, atMs: nowMs };
  data.commits.set(`!${id}`, data.version);
  return conflict('the pool has not seen it, and it was given up');
};

/** The token of the lease that stands. */
export const leaseToken = (data: MemoryData, nowMs: number): string | undefined => {
  const lease = parseLease(data.leader ?? '');
  return lease.kind === 'read' && lease.value.untilMs > nowMs ? lease.value.token : undefined;
};

/** The lease that stands: the one that is wanted, where nobody else's does. */
export const takeLease = (
  data: MemoryData,
  { forMs, ...who }: Omit<Lease, 'untilMs'> & { readonly forMs: number },
  nowMs: number,
): Lease => {
  const held = parseLease(data.leader ?? '');
  if (held.kind === 'read' && held.value.untilMs > nowMs && held.value.token !== who.token) return held.value;
  const taken = { ...who, untilMs: nowMs + Math.round(forMs) };
  data.leader = toJson(taken);
  return taken;
};

interface WrittenNode {
  readonly id: string;
  readonly json: string | undefined;
}

const conflict = (because: string): CommitResult => ({ kind: 'conflict', because });

const stamped = (json: string, version: number, commit: string): string =>
  `${json.slice(0, -1)},"version":${version},"commit":${JSON.stringify(commit)}}`;

const fails = (data: MemoryData, wanted: Expectation, nowMs: number): string | undefined => {
  switch (wanted.kind) {
    case 'epoch':
      return differ('epoch', wanted.epoch, data.epoch, 'none');
    case 'head':
      return differ('head', wanted.head, data.head, 'none');
    case 'node':
      return differ(`node ${wanted.node}`, wanted.token, tokenAt(data, wanted.node), 'absent');
    case 'admission':
      return differ('admission', String(wanted.admissionVersion), String(data.admissionVersion), 'none');
    case 'policy':
      return differ('policy', String(wanted.version), String(policyVersion(data)), 'none');
    case 'lever-free':
      return leverPulled(data, nowMs) ? 'lever: it is pulled' : undefined;
    case 'fresh':
      return nowMs <= wanted.untilMs
        ? undefined
        : `fresh: it was decided too long ago, by ${nowMs - wanted.untilMs} ms`;
    case 'leader':
      return leaseToken(data, nowMs) === wanted.token ? undefined : 'leader: the lease is not of this token';
  }
};

const differ = (what: string, wanted: string | undefined, found: string | undefined, none: string) =>
  wanted === found ? undefined : `${what}: ${wanted ?? none} is now ${found ?? none}`;

const tokenAt = (data: MemoryData, node: string): string | undefined => {
  const record = readObject(data.nodes.get(node) ?? '');
  const { version, commit } = record ?? {};
  return isCount(version) && typeof commit === 'string' ? `${version}:${commit}` : undefined;
};

const leverPulled = (data: MemoryData, nowMs: number): boolean => {
  if (data.lever === undefined) return false;
  const untilMs = readObject(data.lever)?.['untilMs'];
  return typeof untilMs !== 'number' || untilMs > nowMs;
};

const writeEvent = (
  data: MemoryData,
  plan: CommitPlan,
  nodes: readonly WrittenNode[],
  version: number,
  nowMs: number,
): void => {
  const told = nodes.map(({ id, json }) => `${JSON.stringify(id)}:${json ?? 'null'}`).join(',');
  const fields = ['commit', plan.id, 'previous', data.head, 'epoch', data.epoch ?? plan.id];
  fields.push('atMs', String(nowMs), 'what', plan.what, 'nodes', `{${told}}`);
  if (plan.lever !== undefined) fields.push('lever', plan.lever === false ? 'null' : plan.lever);
  if (plan.policy !== undefined) fields.push('policyVersion', String(policyVersion(data) + 1));
  data.events.push({ id: `${version}-0`, fields });
  data.events.splice(0, Math.max(0, data.events.length - kept.events));
};

const policyVersion = (data: MemoryData): number => {
  const version = parseCounter(data.policy.get('version'));
  return version.kind === 'read' ? version.value : 0;
};

const writeState = (
  data: MemoryData,
  plan: CommitPlan,
  nodes: readonly WrittenNode[],
  version: number,
  nowMs: number,
): void => {
  data.version = version;
  data.head = plan.id;
  data.epoch ??= plan.id;
  if (plan.moves) data.admissionVersion += 1;
  data.commits.set(plan.id, version);
  trimMap(data.commits, kept.commits);
  for (const node of nodes) writeNode(data, node);
  const gone = new Set([...plan.remove, ...plan.add]);
  const stay = plan.whole ? [] : data.live.filter((url) => !gone.has(url));
  data.live = [...stay, ...plan.add];
  if (plan.lever !== undefined) data.lever = plan.lever === false ? undefined : plan.lever;
  if (plan.lease !== undefined) data.leader = plan.lease;
  for (const router of plan.routers) data.routers.delete(router);
  if (plan.policy === undefined) return;
  data.policy.set('version', String(policyVersion(data) + 1)).set('atMs', String(nowMs));
  data.policy.set('by', plan.policy.by).set('source', plan.policy.source);
};

const writeNode = (data: MemoryData, { id, json }: WrittenNode): void => {
  if (json !== undefined) {
    data.nodes.set(id, json);
    return;
  }
  for (const map of [data.nodes, data.seen, data.vitals, data.pulses]) map.delete(id);
};

const writeStories = (data: MemoryData, plan: CommitPlan, nowMs: number): void => {
  for (const { incident, node, entry } of plan.incidents) {
    const found = data.incidents.get(incident);
    const story = found ?? { head: JSON.stringify({ node, openedMs: nowMs }), entries: [] };
    data.incidents.set(incident, story);
    story.entries.splice(kept.incidentEntries - 1);
    story.entries.push(`${entry.slice(0, -1)},"atMs":${nowMs}}`);
  }
  trimMap(data.incidents, kept.incidents);
  for (const notice of plan.notices) {
    data.written += 1;
    data.outbox.push({ entry: `${nowMs}-${data.written}`, notice });
  }
  for (const notice of plan.pages) {
    data.pagesWritten += 1;
    data.pages.push({ entry: `${nowMs}-${data.pagesWritten}`, notice });
  }
  trimOutbox(data);
};
