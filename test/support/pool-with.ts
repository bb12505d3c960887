/** A pool in memory with nodes as a test wants them, and a way to give it orders. */
import { systemClock } from '../../pool/clock.ts';
import type { NodeDraft } from '../../pool/commit.ts';
import { decideAndCommit, type Outcome } from '../../pool/decide.ts';
import type { Decide } from '../../pool/decision.ts';
import { MemoryPool } from '../../pool/memory-pool.ts';
import { MemoryServer } from '../../pool/memory-server.ts';
import type { PolicySource } from '../../pool/policy.ts';
import type { PoolView } from '../../pool/view.ts';
import { draftOf, put } from './nodes.ts';
import { beatOf } from './view.ts';

export interface PoolWith {
  readonly server: MemoryServer;
  readonly pool: MemoryPool;
  readonly order: (decide: Decide) => Promise<Outcome>;
  readonly view: () => Promise<PoolView>;
  /** Agents say that they live, now. */
  readonly beat: (...ids: readonly string[]) => Promise<void>;
}

const limits = { deadlineMs: 5_000 };

/** `nodes` by id; all of them have beaten just now. */
export const poolWith = async (
  nodes: Readonly<Record<string, Partial<NodeDraft>>>,
  policy?: PolicySource,
): Promise<PoolWith> => {
  const server = new MemoryServer('web');
  const pool = new MemoryPool(server);
  let ids = 0;
  const order = (decide: Decide): Promise<Outcome> =>
    decideAndCommit(pool, decide, {
      attempts: 3,
      clock: systemClock,
      random: () => 0,
      newId: () => {
        ids += 1;
        return `commit-${ids}`;
      },
      limits,
    });
  const beat = async (...living: readonly string[]): Promise<void> => {
    for (const node of living) {
      const { vitals, ...told } = beatOf({ id: node, session: `session-of-${node}` });
      await pool.beat({ ...told, vitals: { ...vitals, mode: 'act' } }, limits);
    }
  };
  const writes = Object.entries(nodes).map(([id, rest]) => put(id, rest));
  await order(() => ({
    kind: 'commit',
    draft: draftOf([
      ...writes,
      ...(policy === undefined ? [] : [{ kind: 'put-policy', source: policy, by: 'the test' } as const]),
    ]),
  }));
  await beat(...Object.keys(nodes));
  return { server, pool, order, view: () => pool.view(limits), beat };
};
