/*
 * Hands one letter over, so that people read it once.
 *
 * INVARIANTS
 * - Before a letter is posted the pool remembers of which notices it is; one that may have been posted is looked up
 *   first, by its id.
 * - A letter that was posted is only acknowledged, never posted again, however often the pool is away meanwhile.
 * - A message that is not taken is made simpler twice, and then told to the log: it never blocks those behind it.
 */
import type { WaitingNotice } from '../../pool/notice.ts';
import type { PostAnswer } from '../doctor/ports/messenger.ts';
import { incidentOf } from '../doctor/report/letter.ts';
import { renderLetter } from '../doctor/report/render-many.ts';
import { type Courier, type Delivery, entriesOf, type Outcome } from './courier.ts';
import { stands } from './leadership.ts';
import { afterTrouble } from './trouble.ts';

/** What a message that was just sent needs to be found: Slack's history is a little late. */
const findableAfterMs = 1_000;
/** With less left of the lease than this, a call is not begun: it is about to be renewed. */
const leaseLeftMs = 500;

/** One try. @throws PoolAway */
export const deliver = async (courier: Courier, delivery: Delivery): Promise<Outcome> => {
  if (delivery.posted !== undefined) return acknowledge(courier, delivery);
  const incident = incidentOf(delivery.letter);
  const known = incident === undefined ? undefined : await courier.parts.store.thread(incident, limits(courier));
  const thread = delivery.threadGone ? undefined : known;
  const answer = (await findAgain(courier, delivery, thread)) ?? (await post(courier, delivery, thread));
  if (answer.kind === 'later' || answer.kind === 'not-leader' || answer.kind === 'done') return answer;
  if (answer.kind !== 'posted') return afterTrouble(courier, delivery, answer);
  courier.saySlack(undefined, () => courier.parts.log.info('slack-answers'));
  courier.leadership.telling.trouble = undefined;
  delivery.posted = { id: answer.id, opensThread: thread === undefined };
  return acknowledge(courier, delivery);
};

type Tried = PostAnswer | Outcome;

/** Looks a doubtful letter up; undefined: it was surely not posted. */
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
  const { id, waiting } = delivery.letter;
  // Not posted before its last notice was written.
  const sinceMs = Math.max(...waiting.map(({ writtenMs }) => writtenMs));
  const sought = { notice: id, sinceMs, ...(thread === undefined ? {} : { thread }) };
  const answer = await messenger.find(sought, { deadlineMs: courier.options.callMs, signal: leadership.signal });
  if (answer.kind === 'found') return { kind: 'posted', id: answer.id };
  if (answer.kind === 'limited' || answer.kind === 'away') return answer;
  if (answer.kind === 'refused') {
    if (answer.what === 'access' && answer.code !== 'missing_scope') return answer;
    // Reading is not permitted, or the thread is gone: better told twice than never.
    log.warn('notice-not-found-again', { notice: id, code: answer.code });
  }
  delivery.doubtful = false;
  return undefined;
};

const post = async (courier: Courier, delivery: Delivery, thread: string | undefined): Promise<Tried> => {
  const { parts, leadership, pace, options } = courier;
  const { clock, store, messenger } = parts;
  const { id } = delivery.letter;
  await until(courier, pace.nextMs);
  if (!stands(leadership)) return { kind: 'not-leader' };
  const begun = await store.attempt(entriesOf(delivery), id, leadership.token, limits(courier));
  if (begun === 'not-leader') return { kind: 'not-leader' };
  // The full outbox has lost one of them meanwhile: what is left is planned anew.
  if (begun === 'gone') return { kind: 'done' };
  const message = renderLetter(delivery.letter, { form: delivery.form, mention: options.mention });
  const leftMs = leadership.remainingMs();
  if (leftMs < leaseLeftMs) return { kind: 'later', afterMs: leaseLeftMs };
  pace.nextMs = clock.monotonicMs() + options.paceMs;
  const letter = { notice: id, message, ...(thread === undefined ? {} : { thread }) };
  return messenger.post(letter, { deadlineMs: Math.min(options.callMs, leftMs) });
};

/** Takes posted notices out of the outbox; the message that was opened becomes the thread of their incident. */
const acknowledge = async (courier: Courier, delivery: Delivery): Promise<Outcome> => {
  const { letter, posted } = delivery;
  const incident = incidentOf(letter);
  const ts = posted?.opensThread === true ? posted.id : undefined;
  const thread = incident === undefined || ts === undefined ? undefined : { incident, ts };
  const { store } = courier.parts;
  const answer = await store.delivered(entriesOf(delivery), thread, courier.leadership.token, limits(courier));
  if (answer !== 'ok') return { kind: 'not-leader' };
  // The words are out: from here on their picture may take its time.
  if (incident !== undefined && letter.waiting.some(hasPicture)) courier.pictures.want(incident);
  return { kind: 'done' };
};

const hasPicture = ({ notice: { kind, detail } }: WaitingNotice): boolean => {
  const kept = detail?.['kept'];
  return kind === 'evidence' && Array.isArray(kept) && kept.includes('profile');
};

/** Waits until then by the monotonic clock, or until the leadership ends. */
const until = async ({ parts: { clock }, leadership }: Courier, atMs: number): Promise<void> => {
  const ms = atMs - clock.monotonicMs();
  if (ms > 0) await clock.sleep(ms, leadership.signal);
};

const limits = ({ poolDeadlineMs }: Courier) => ({ deadlineMs: poolDeadlineMs });
