/*
 * Tells that the full outbox has dropped notices.
 *
 * INVARIANTS
 * - The log is told of each growth at once; people are, once there is room in the outbox: telling must drop nothing.
 * - People are told of each number once, whichever controllers lead meanwhile: its commit has the same ids for all of them.
 */
import { decideAndCommit } from '../../pool/decide.ts';
import type { Decision } from '../../pool/decision.ts';
import { kept } from '../../pool/redis/keys.ts';
import type { Courier } from './courier.ts';

/** Looks at the outbox's counts, and tells of those dropped since the last look. @throws PoolAway */
export type TellDropped = () => Promise<void>;

export const newTellDropped = (courier: Courier): TellDropped => {
  const { store, clock, random, log } = courier.parts;
  const limits = { deadlineMs: courier.poolDeadlineMs };
  let logged = 0;
  let told = 0;
  let refusals = 0;
  return async () => {
    const { dropped, waiting } = await store.outboxCounts(limits);
    if (dropped > logged) log.error('notices-dropped', { dropped, since: dropped - logged, waiting });
    logged = dropped;
    if (dropped <= told) {
      // A lost pool counts anew.
      told = dropped;
      return;
    }
    if (waiting >= kept.notices) return;
    const newId = (): string => `notices-dropped-${String(dropped)}-${String(refusals)}`;
    const decide = () => tell(dropped, newId(), courier.leadership.token);
    const outcome = await decideAndCommit(store, decide, { attempts: 1, clock, random, newId, limits });
    if (outcome.kind === 'committed') told = dropped;
    // An id whose reply was lost may have been given up: then it was not applied, and never will be.
    if (outcome.kind === 'conflict') refusals += 1;
    if (outcome.kind !== 'committed') log.warn('not-committed', { outcome: outcome.kind, because: outcome.because });
  };
};

const tell = (dropped: number, id: string, token: string): Decision => {
  const text = `${String(dropped)} notices were dropped so far: the outbox was full.`;
  const notice = { id: `${id}.0`, kind: 'notices-dropped', urgency: 'page', text, detail: { dropped } } as const;
  const expect = [{ kind: 'leader', token }] as const;
  return { kind: 'commit', draft: { what: 'notices-dropped', expect, writes: [], notices: [notice], durable: false } };
};
