import type { Trouble } from '../doctor/ports/messenger.ts';
import { backoffMs } from './backoff.ts';
import type { Courier, Delivery, Outcome } from './courier.ts';

/** An error that we do not know is tried this often before the notice is told to the log instead. */
const unknownTriesMost = 10;
/** Slack asks for seconds, rarely minutes; more than this is taken for a mistake. */
const limitedMostMs = 600_000;
/** As much as a person reads of it, in characters. */
const troubleMost = 200;

/** What to do about a letter that could not be handed over. */
export const afterTrouble = (courier: Courier, delivery: Delivery, trouble: Trouble): Outcome => {
  const { random } = courier.parts;
  switch (trouble.kind) {
    case 'limited':
      say(courier, 'limited', { retryAfterMs: trouble.retryAfterMs });
      return { kind: 'later', afterMs: Math.min(trouble.retryAfterMs, limitedMostMs) + 250 * random() };
    case 'away':
      say(courier, trouble.because, { because: trouble.because });
      delivery.doubtful = true;
      delivery.failures += 1;
      return { kind: 'later', afterMs: backoffMs(delivery.failures, random) };
    case 'refused':
      say(courier, trouble.code, { code: trouble.code, what: trouble.what });
      return afterRefusal(courier, delivery, trouble);
  }
};

const afterRefusal = (
  courier: Courier,
  delivery: Delivery,
  { what, code }: Extract<Trouble, { kind: 'refused' }>,
): Outcome => {
  const slowly: Outcome = { kind: 'later', afterMs: courier.options.deniedMs * (0.75 + 0.5 * courier.parts.random()) };
  switch (what) {
    case 'access':
      return slowly;
    case 'thread':
      if (delivery.threadGone) return simpler(courier, delivery, code);
      delivery.threadGone = true;
      return { kind: 'later', afterMs: 0 };
    case 'message':
      return simpler(courier, delivery, code);
    case 'unknown':
      delivery.failures += 1;
      if (delivery.failures >= unknownTriesMost) return giveUp(courier, delivery, code);
      delivery.form = 'plain';
      return delivery.failures === 1 ? { kind: 'later', afterMs: 0 } : slowly;
  }
};

const simpler = (courier: Courier, delivery: Delivery, code: string): Outcome => {
  const form = delivery.form === 'rich' ? 'plain' : delivery.form === 'plain' ? 'bare' : undefined;
  if (form === undefined) return giveUp(courier, delivery, code);
  delivery.form = form;
  return { kind: 'later', afterMs: 0 };
};

/** The log is told instead, of each notice, and they count as delivered with the next try. */
const giveUp = ({ parts }: Courier, delivery: Delivery, code: string): Outcome => {
  for (const { notice } of delivery.letter.waiting) {
    const { id, text, node } = notice;
    parts.log.error('notice-not-taken', { notice: id, code, text, ...(node === undefined ? {} : { node }) });
  }
  delivery.posted = { id: undefined, opensThread: false };
  return { kind: 'later', afterMs: 0 };
};

const say = (
  { saySlack, parts, leadership }: Courier,
  cause: string,
  fields: Readonly<Record<string, unknown>>,
): void => {
  // Who asks for the nodes sees the cause beside what waits, without a look into the leader's log.
  leadership.telling.trouble = `Slack: ${cause}`.slice(0, troubleMost);
  saySlack(cause, () => parts.log.warn('slack-not-told', fields));
};
