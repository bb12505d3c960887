/*
 * Watches how full the outbox is: says early that it fills, and tells of notices that were lost at its bound.
 *
 * INVARIANTS
 * - A human is paged at four fifths, long before anything is lost; the pager has a lane of its own, so that this is
 *   heard also where Slack is what fills the outbox.
 * - The log is told of each loss at once; people are, once there is room in the outbox: telling must lose nothing.
 * - People are told of each number lost once, whichever controllers lead meanwhile: its commit has the same ids for all.
 */
import { decideAndCommit, type Outcome } from '../../pool/decide.ts';
import type { Decision } from '../../pool/decision.ts';
import type { Notice } from '../../pool/notice.ts';
import { kept } from '../../pool/redis/keys.ts';
import type { OutboxCounts } from '../../pool/store.ts';
import type { Courier } from './courier.ts';

/** Looks at the outbox's counts, and tells of what is new since the last look. @throws PoolAway */
export type TellFullness = () => Promise<void>;

const fullAt = 0.8;
/** Below this it is said anew when it fills again. */
const roomAt = 0.5;
const logEveryMs = 60_000;

export const newTellFullness = (courier: Courier): TellFullness => {
  const { store, log } = courier.parts;
  const tellLost = newTellLost(courier);
  const logCounts = newLogCounts(courier);
  let filling = false;
  return async () => {
    const counts = await store.outboxCounts({ deadlineMs: courier.poolDeadlineMs });
    logCounts(counts);
    await tellLost(counts);
    const { waiting } = counts;
    if (waiting < kept.notices * roomAt) filling = false;
    if (filling || waiting < kept.notices * fullAt || waiting >= kept.notices) return;
    log.error('outbox-filling', { waiting, most: kept.notices });
    const text = `${String(waiting)} notices wait in the outbox, ${String(kept.notices)} fit: nobody is told anything in Slack. Beyond that the oldest are lost.`;
    // By the number written, so that a lost reply makes no second page of it.
    const id = `outbox-filling-${String(counts.written)}`;
    filling = (await tell(courier, id, { kind: 'outbox-filling', text, detail: { waiting } })) === 'committed';
  };
};

const newTellLost = (courier: Courier) => {
  const { log } = courier.parts;
  let logged = 0;
  let told = 0;
  let refusals = 0;
  return async ({ lost: people, pages, waiting }: OutboxCounts): Promise<void> => {
    const lost = people + pages.lost;
    if (lost > logged) log.error('notices-lost', { lost, since: lost - logged, waiting });
    logged = lost;
    if (lost <= told) {
      // A lost pool counts anew.
      told = lost;
      return;
    }
    if (waiting >= kept.notices || pages.waiting >= kept.pages) return;
    const text = `${String(lost)} notices were lost so far: the outbox was full.`;
    const id = `notices-lost-${String(lost)}-${String(refusals)}`;
    const outcome = await tell(courier, id, { kind: 'notices-lost', text, detail: { lost } });
    if (outcome === 'committed') told = lost;
    // An id whose reply was lost may have been given up: then it was not applied, and never will be.
    if (outcome === 'conflict') refusals += 1;
  };
};

type Told = Pick<Notice, 'kind' | 'text' | 'detail'>;

const tell = async (
  { parts, leadership, poolDeadlineMs }: Courier,
  id: string,
  what: Told,
): Promise<Outcome['kind']> => {
  const { store, clock, random, log } = parts;
  const limits = { deadlineMs: poolDeadlineMs };
  const decide = (): Decision => pageOf(id, what, leadership.token);
  const outcome = await decideAndCommit(store, decide, { attempts: 1, clock, random, newId: () => id, limits });
  if (outcome.kind !== 'committed') log.warn('not-committed', { outcome: outcome.kind, because: outcome.because });
  return outcome.kind;
};

const pageOf = (id: string, what: Told, token: string): Decision => {
  const notice: Notice = { ...what, id: `${id}.0`, urgency: 'page' };
  const expect = [{ kind: 'leader', token }] as const;
  return { kind: 'commit', draft: { what: what.kind, expect, writes: [], notices: [notice], durable: false } };
};

/** How it stands, once a minute while anything happens. */
const newLogCounts = ({ parts: { clock, log } }: Courier) => {
  let said = '';
  let nextMs = 0;
  return (counts: OutboxCounts): void => {
    const nowMs = clock.monotonicMs();
    if (nowMs < nextMs || JSON.stringify(counts) === said) return;
    said = JSON.stringify(counts);
    nextMs = nowMs + logEveryMs;
    log.info('outbox', { ...counts });
  };
};
