/*
 * Pages by a webhook in the form of PagerDuty's Events API v2.
 * https://github.com/PagerDuty/api-schema/blob/main/reference/events-v2/openapiv3.json
 *
 * INVARIANTS
 * - A call ends with its deadline, and follows no redirect: the key goes to the address that was configured, and only there.
 * - The key appears in no error and no log.
 */
import type { Limits } from '../../pool/store.ts';
import type { PageAnswer, Pager } from '../doctor/ports/pager.ts';
import type { Alarm } from '../doctor/report/alarm.ts';

export interface WebhookOptions {
  /** E.g. `https://events.pagerduty.com/v2/enqueue`. */
  readonly url: string;
  /** The integration's key, called `routing_key` there. */
  readonly key: string;
}

const limitedFallbackMs = 30_000;

export const newWebhookPager = ({ url, key }: WebhookOptions): Pager => ({
  send: async (alarm, { deadlineMs, signal }: Limits) => {
    const deadline = AbortSignal.timeout(Math.max(1, Math.floor(deadlineMs)));
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'doctor-monkey' },
        body: JSON.stringify(eventOf(alarm, key)),
        redirect: 'manual',
        signal: signal === undefined ? deadline : AbortSignal.any([deadline, signal]),
      });
      await response.body?.cancel();
      return answerOf(response.status, response.headers.get('retry-after'));
    } catch (error) {
      return { kind: 'away', because: deadline.aborted ? 'no answer in time' : reasonOf(error) };
    }
  },
});

const eventOf = ({ action, key: dedupKey, summary, source, severity, atMs, details }: Alarm, key: string): object => ({
  ...{ routing_key: key, event_action: action, dedup_key: dedupKey },
  ...(action === 'resolve'
    ? {}
    : {
        client: 'doctor-monkey',
        payload: { summary, source, severity, timestamp: new Date(atMs).toISOString(), custom_details: details },
      }),
});

const answerOf = (status: number, retryAfter: string | null): PageAnswer => {
  if (status >= 200 && status < 300) return { kind: 'taken' };
  const code = `http-${String(status)}`;
  if (status === 429) return { kind: 'limited', retryAfterMs: retryAfterMs(retryAfter) };
  // 400 is also how a wrong key is answered.
  if (status === 400 || status === 413 || status === 422) return { kind: 'refused', what: 'alarm', code };
  return status >= 500 || status === 408
    ? { kind: 'away', because: `HTTP status ${String(status)}` }
    : { kind: 'refused', what: 'access', code };
};

const retryAfterMs = (header: string | null): number => {
  const seconds = Number(header ?? '');
  return header !== null && seconds > 0 ? seconds * 1_000 : limitedFallbackMs;
};

/** Node's fetch hides why it failed one level down. */
const reasonOf = (error: unknown): string => {
  if (!isRecord(error)) return String(error);
  const { cause, code, message } = error;
  if (isRecord(cause)) return reasonOf(cause);
  return typeof code === 'string' ? code : String(message);
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
