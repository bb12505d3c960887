/*
 * Hands one notice over, so that people read it once.
 *
 * INVARIANTS
 * - Before a notice is posted the pool remembers the attempt; a notice that may have been posted is looked up first.
 * - A notice that was posted is only acknowledged, never posted again, however often the pool is away meanwhile.
 * - A message that is not taken is made simpler twice, and then told to the log: it never blocks those behind it.
 */
import type { PostAnswer } from '../doctor/ports/messenger.ts';
import { render } from '../doctor/report/render.ts';
import type { Courier, Delivery, Outcome } from './courier.ts';
import { stands } from './leadership.ts';
import { afterTrouble } from './trouble.ts';

/** What a message that was just sent needs to be found: Slack's history is a little late. */
const findableAfterMs = 1_000;
/** With less left of the lease than this, a call is not begun: it is about to be renewed. */
const leaseLeftMs = 500;

/** One try. @throws PoolAway */
export const deliver = async (courier: Courier, delivery: Delivery): Promise<Outcome> => {
  if (delivery.posted !== undefined) return acknowledge(courier, delivery);
  const { incident } = delivery.waiting.notice;
  const known = incident === undefined ? undefined : await courier.parts.store.thread(incident, limits(courier));
  const thread = delivery.threadGone ? undefined : known;
  const answer = (await findAgain(courier, delivery, thread)) ?? (await post(courier, delivery, thread));
  if (answer.kind === 'later' || answer.kind === 'not-leader') return answer;
  if (answer.kind !== 'posted') return afterTrouble(courier, delivery, answer);
  courier.saySlack(undefined, () => courier.parts.log.info('slack-answers'));
  delivery.posted = { id: answer.id, opensThread: thread === undefined };
  return acknowledge(courier, delivery);
};

type Tried = PostAnswer | Extract<Outcome, { kind: 'later' | 'not-leader' }>;

/** Looks a doubtful notice up; undefined: it was surely not posted. */
const findAgain = async (
  courier: Courier,
  delivery: Delivery,
  thread: string | undefined,
): Promise<Tried | undefined> => {
  if (!delivery.doubtful) return undefined;
  const { messenger, log } = courier.parts;
  const { leadership } = courier;
  await until(courier, leadership.sinceMs + findableAfterMs);
  if (!stands(leadership)) return { kind: 'not-leader' };
  const { notice, writtenMs } = delivery.waiting;
  const sought = { notice: notice.id, sinceMs: writtenMs, ...(thread === undefined ? {} : { thread }) };
  const answer = await messenger.find(sought, { deadlineMs: courier.options.callMs, signal: leadership.signal });
  if (answer.kind === 'found') return { kind: 'posted', id: answer.id };
  if (answer.kind === 'limited' || answer.kind === 'away') return answer;
  if (answer.kind === 'refused') {
    if (answer.what === 'access' && answer.code !== 'missing_scope') return answer;
    // Reading is not permitted, or the thread is gone: better told twice than never.
    log.warn('notice-not-found-again', { notice: notice.id, code: answer.code });
  }
  delivery.doubtful = false;
  return undefined;
};

const post = async (courier: Courier, delivery: Delivery, thread: string | undefined): Promise<Tried> => {
  const { parts, leadership, pace, options } = courier;
  const { clock, store, messenger } = parts;
  const { entry, notice } = delivery.waiting;
  await until(courier, pace.nextMs);
  if (!stands(leadership)) return { kind: 'not-leader' };
  if ((await store.attempt(entry, leadership.token, limits(courier))) === 'not-leader') return { kind: 'not-leader' };
  const message = render(notice, { form: delivery.form, mention: options.mention });
  const leftMs = leadership.remainingMs();
  if (leftMs < leaseLeftMs) return { kind: 'later', afterMs: leaseLeftMs };
  pace.nextMs = clock.monotonicMs() + options.paceMs;
  const letter = { notice: notice.id, message, ...(thread === undefined ? {} : { thread }) };
  return messenger.post(letter, { deadlineMs: Math.min(options.callMs, leftMs) });
};

/** Takes a posted notice out of the outbox; what it opened becomes the thread of its incident. */
const acknowledge = async (courier: Courier, { waiting, posted }: Delivery): Promise<Outcome> => {
  const { incident } = waiting.notice;
  const ts = posted?.opensThread === true ? posted.id : undefined;
  const thread = incident === undefined || ts === undefined ? undefined : { incident, ts };
  const { store } = courier.parts;
  const answer = await store.delivered(waiting.entry, thread, courier.leadership.token, limits(courier));
  return answer === 'ok' ? { kind: 'done' } : { kind: 'not-leader' };
};

/** Waits until then by the monotonic clock, or until the leadership ends. */
const until = async ({ parts: { clock }, leadership }: Courier, atMs: number): Promise<void> => {
  const ms = atMs - clock.monotonicMs();
  if (ms > 0) await clock.sleep(ms, leadership.signal);
};

const limits = ({ poolDeadlineMs }: Courier) => ({ deadlineMs: poolDeadlineMs });
