/*
 * Delivers the pages to the pager while this controller leads, beside what goes to Slack.
 *
 * INVARIANTS
 * - Neither lane waits for the other, whatever is wrong with one of them.
 * - In order: what ends an alarm is sent after what raised it, and only where an alarm was raised.
 * - A page leaves its queue only once it was taken. One sent twice, after a lost reply, rings once: its key is the same.
 * - Without a pager the queue is emptied, so that old pages call nobody on the day that one is configured.
 */
import { raisesAlarm, type WaitingNotice } from '../../pool/notice.ts';
import { type PageFate, PoolAway } from '../../pool/store.ts';
import type { Pager } from '../doctor/ports/pager.ts';
import { alarmOf } from '../doctor/report/alarm.ts';
import { backoffMs } from './backoff.ts';
import type { Outcome } from './courier.ts';
import { type Leadership, stands } from './leadership.ts';
import type { ControllerParts, PagingOptions } from './parts.ts';
import type { SayOnce } from './say-once.ts';

export interface PageLane {
  readonly parts: Pick<ControllerParts, 'store' | 'clock' | 'log' | 'random' | 'pager'>;
  readonly options: PagingOptions;
  readonly poolDeadlineMs: number;
  readonly leadership: Leadership;
  readonly sayPager: SayOnce;
}

/** With less left of the lease than this, a call is not begun: it is about to be renewed. */
const leaseLeftMs = 500;
/** Receivers ask for seconds; more than this is taken for a mistake. */
const limitedMostMs = 600_000;

/** What is known of the page that is under way. */
interface Paging {
  readonly waiting: WaitingNotice;
  /** It was not understood as it was. */
  bare: boolean;
  /** In a row. */
  failures: number;
  /** It was taken, and is not yet acknowledged. */
  fate?: PageFate;
}

export const deliverPages = async (lane: PageLane): Promise<void> => {
  const { parts, leadership } = lane;
  let paging: Paging | undefined;
  while (stands(leadership)) {
    const outcome = await unlessAway(async () => {
      const [next] = await parts.store.pages(1, limits(lane));
      if (next === undefined) return { kind: 'later', afterMs: lane.options.pollMs };
      if (paging?.waiting.entry !== next.entry) paging = { waiting: next, bare: false, failures: 0 };
      return page(lane, paging);
    });
    if (outcome.kind === 'not-leader') return;
    if (outcome.kind === 'later') await parts.clock.sleep(outcome.afterMs, leadership.signal);
  }
};

/** One try. @throws PoolAway */
const page = async (lane: PageLane, paging: Paging): Promise<Outcome> => {
  const { pager } = lane.parts;
  if (paging.fate !== undefined) return acknowledge(lane, paging.waiting, paging.fate);
  const fate = await fateOf(lane, paging.waiting);
  if (pager !== undefined && fate.kind !== 'unneeded') {
    const tried = await send(lane, paging, pager);
    if (tried.kind !== 'done') return tried;
  }
  paging.fate = fate;
  return acknowledge(lane, paging.waiting, fate);
};

/** What becomes of it once it was taken. The end of an incident for which nobody was called is nobody's business. */
const fateOf = async ({ parts, ...lane }: PageLane, { notice }: WaitingNotice): Promise<PageFate> => {
  const { incident } = notice;
  if (parts.pager === undefined) return { kind: 'unneeded' };
  if (raisesAlarm(notice)) return { kind: 'raised', incident };
  const rings = incident !== undefined && (await parts.store.alarmed(incident, { deadlineMs: lane.poolDeadlineMs }));
  return rings ? { kind: 'ended', incident } : { kind: 'unneeded' };
};

const acknowledge = async (lane: PageLane, { entry }: WaitingNotice, fate: PageFate): Promise<Outcome> => {
  const answer = await lane.parts.store.paged(entry, fate, lane.leadership.token, limits(lane));
  if (answer !== 'ok') return { kind: 'not-leader' };
  return { kind: 'later', afterMs: fate.kind === 'unneeded' ? 0 : lane.options.paceMs };
};

const send = async (lane: PageLane, paging: Paging, pager: Pager): Promise<Outcome> => {
  const { parts, leadership, options } = lane;
  const leftMs = leadership.remainingMs();
  if (leftMs < leaseLeftMs) return { kind: 'later', afterMs: leaseLeftMs };
  const alarm = alarmOf(paging.waiting, parts.store.name, paging.bare);
  const answer = await pager.send(alarm, {
    deadlineMs: Math.min(options.callMs, leftMs),
    signal: leadership.signal,
  });
  switch (answer.kind) {
    case 'taken':
      lane.sayPager(undefined, () => parts.log.info('pager-answers'));
      return { kind: 'done' };
    case 'limited':
      say(lane, 'limited', { retryAfterMs: answer.retryAfterMs });
      return { kind: 'later', afterMs: Math.min(answer.retryAfterMs, limitedMostMs) + 250 * parts.random() };
    case 'away':
      say(lane, answer.because, { because: answer.because });
      paging.failures += 1;
      return { kind: 'later', afterMs: backoffMs(paging.failures, parts.random) };
    case 'refused':
      say(lane, answer.code, { code: answer.code, what: answer.what });
      if (answer.what === 'alarm' && !paging.bare) {
        paging.bare = true;
        return { kind: 'later', afterMs: 0 };
      }
      // What is refused in its barest form is refused for its key: none behind it would fare better.
      return { kind: 'later', afterMs: options.deniedMs * (0.75 + 0.5 * parts.random()) };
  }
};

const say = ({ sayPager, parts }: PageLane, cause: string, fields: Readonly<Record<string, unknown>>): void =>
  sayPager(cause, () => parts.log.error('pager-not-told', fields));

/** That the pool is away is said by the watch, once. */
const unlessAway = async (act: () => Promise<Outcome>): Promise<Outcome> => {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof PoolAway)) throw error;
    return { kind: 'later', afterMs: 500 };
  }
};

const limits = ({ poolDeadlineMs }: PageLane) => ({ deadlineMs: poolDeadlineMs });
