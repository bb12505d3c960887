/*
 * Makes a whole commit of what judgement wants.
 *
 * INVARIANTS
 * - The commit expects the epoch that it was decided in, and the token of every node that it writes: the change of the
 *   live list is worked out from those records, so it is right only where they still stand.
 * - It expects to be applied soon after the view that it was decided from was read: a process that was stopped in between
 *   (or a message that was late) must not act on what was true then.
 * - Where the live list was found wrong (a stranger wrote to it, or a serving record became garbage) the commit makes the
 *   whole list anew, on condition that nothing was committed since.
 * - It moves `admissionVersion` when the nodes out or apart change, a serving node stops serving, a reboot is begun (the
 *   budgets count it), or the lever or the policy changes; nodes that are only added, and refusals, move nothing.
 */
import type { Commit, Expectation, Write } from './commit.ts';
import type { CommitDraft } from './decision.ts';
import { isRight, liveChange, wholeList } from './live.ts';
import { onceAView } from './once-a-view.ts';
import { type NodeRecord, type Token, tokenOf } from './record.ts';
import { type Standing, standing } from './standing.ts';
import { decisionHoldsMs } from './too-old.ts';
import type { Garbage, PoolView } from './view.ts';

/** The commit with this id that does what the draft wants; `view` is what the draft was decided from. */
export const buildCommit = (view: PoolView, draft: CommitDraft, id: string): Commit => {
  const { what, writes, notices, durable } = draft;
  const right = liveIsRight(view, view.nodes);
  const unmoved: readonly Expectation[] = right ? [] : [{ kind: 'head', head: view.head }];
  return {
    ...{ id, what, writes, notices, durable, readAtMs: view.readAtMs },
    expect: [{ kind: 'epoch', epoch: view.epoch }, fresh(view), ...unmoved, ...nodeExpectations(view, draft)],
    live: right ? liveChange(view.nodes, writes) : wholeList(view.nodes, writes),
    movesAdmission: movesAdmission(view, writes),
  };
};

const liveIsRight = onceAView(({ live }, nodes: PoolView['nodes']) => isRight(live, nodes));

const fresh = ({ nowMs }: PoolView): Expectation => ({ kind: 'fresh', untilMs: nowMs + decisionHoldsMs });

/**
 * The token that the commit script sees at a node: of its record, or what is left of it where the record is garbage.
 */
const storedToken = (view: PoolView, node: string): Token | undefined => {
  const record = view.nodes.get(node);
  return record === undefined ? garbageOf(view, node)?.token : tokenOf(record);
};

/** The draft's own expectations, and one for each node written that it says nothing of. */
const nodeExpectations = (view: PoolView, { expect, writes }: CommitDraft): readonly Expectation[] => {
  const own = expect.map((expected) => (expected.kind === 'node' ? overGarbage(view, expected) : expected));
  const named = new Set(own.map((expected) => (expected.kind === 'node' ? expected.node : undefined)));
  const written = new Set(writes.map(nodeWritten).filter((node) => node !== undefined));
  const silent = [...written].filter((node) => !named.has(node));
  return [...own, ...silent.map((node): Expectation => ({ kind: 'node', node, token: storedToken(view, node) }))];
};

/** Who expects no node may replace garbage, but never the record of a newer version: that expectation fails. */
const overGarbage = (view: PoolView, expected: Extract<Expectation, { kind: 'node' }>): Expectation => {
  const garbage = expected.token === undefined ? garbageOf(view, expected.node) : undefined;
  return garbage?.newer === undefined && garbage?.token !== undefined
    ? { ...expected, token: garbage.token }
    : expected;
};

const garbageOf = (view: PoolView, node: string): Garbage | undefined =>
  view.nodes.has(node) ? undefined : view.garbage.find(({ key, field }) => field === node && key.endsWith(':nodes'));

const nodeWritten = (write: Write): string | undefined =>
  write.kind === 'put-node' ? write.node.id : write.kind === 'remove-node' ? write.node : undefined;

const movesAdmission = (view: PoolView, writes: readonly Write[]): boolean => {
  const after = new Map<string, Standing | undefined>();
  for (const write of writes) {
    if (write.kind === 'pull-lever' || write.kind === 'free-lever' || write.kind === 'put-policy') return true;
    if (write.kind === 'put-node' && lastRebootMs(write.node) !== lastRebootMs(view.nodes.get(write.node.id)))
      return true;
    if (write.kind === 'put-node') after.set(write.node.id, standing(write.node));
    if (write.kind === 'remove-node') after.set(write.node, undefined);
  }
  return [...after].some(([id, now]) => {
    const record = view.nodes.get(id);
    return !onlyAdds(record === undefined ? undefined : standing(record), now);
  });
};

/** When the last remedy that restarts the machine was begun. */
const lastRebootMs = (node: Pick<NodeRecord, 'remedies'> | undefined): number | undefined =>
  node?.remedies?.findLast(({ remedy }) => remedy !== 'restart-service')?.atMs;

/** Whether a node's step leaves the limits where they were, or only makes room. */
const onlyAdds = (before: Standing | undefined, now: Standing | undefined): boolean =>
  before === now || ((before === undefined || before === 'new') && (now === 'new' || now === 'serving'));
