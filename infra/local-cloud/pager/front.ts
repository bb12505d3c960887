import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { CallLog } from '../calls.ts';
import type { Faults } from '../faults/faults.ts';
import { type Asked, cut, jsonReply, type Reply, reply } from '../http/serve.ts';
import { sleep } from '../wait.ts';
import type { PagerDesk } from './desk.ts';

export interface PagerPorts {
  readonly desk: PagerDesk;
  readonly faults: Faults;
  readonly calls: CallLog;
  /** The integration's key. */
  readonly key: string;
  readonly ending: AbortSignal;
}

/** https://github.com/PagerDuty/api-schema/blob/main/reference/events-v2/openapiv3.json, with the lengths it takes. */
const eventSchema = z.discriminatedUnion('event_action', [
  z.object({
    routing_key: z.string(),
    event_action: z.literal('trigger'),
    dedup_key: z.string().max(255).optional(),
    payload: z.object({
      summary: z.string().min(1).max(1024),
      source: z.string().min(1),
      severity: z.enum(['critical', 'error', 'warning', 'info']),
      timestamp: z.iso.datetime({ offset: true }).optional(),
      custom_details: z.record(z.string(), z.unknown()).optional(),
    }),
  }),
  z.object({
    routing_key: z.string(),
    event_action: z.enum(['acknowledge', 'resolve']),
    dedup_key: z.string().min(1).max(255),
  }),
]);

/** PagerDuty's Events API v2: 202 for what is taken, 400 for what is not understood or has a wrong key. */
export const answerPager = async (asked: Asked, { desk, faults, calls, key, ending }: PagerPorts): Promise<Reply> => {
  const atMs = Date.now();
  const down = faults.strike('pager-down');
  if (down !== undefined) return reply(down.fault.status, 'text/plain', 'the pager is not well\n');
  const limited = faults.strike('pager-rate-limited');
  const answer =
    limited === undefined
      ? take(asked, desk, key)
      : jsonReply(429, { status: 'throttle exceeded' }, { 'retry-after': String(limited.fault.retryAfterSeconds) });
  const outcome = answer.kind === 'reply' && answer.status === 202 ? 'ok' : statusOf(answer);
  calls.add({ service: 'pager', name: 'enqueue', instances: [], atMs, by: 'unknown', outcome });
  const delay = faults.strike('delay-reply', ({ call }) => call === 'enqueue');
  if (delay !== undefined) await sleep(delay.fault.ms, ending);
  return faults.strike('lose-reply', ({ call }) => call === 'enqueue') === undefined ? answer : cut;
};

const take = ({ request, body }: Asked, desk: PagerDesk, key: string): Reply => {
  if (request.method !== 'POST') return jsonReply(405, { status: 'only POST' });
  const parsed = eventSchema.safeParse(jsonIn(body.toString()));
  if (!parsed.success) {
    const errors = parsed.error.issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`);
    return jsonReply(400, { status: 'invalid event', message: 'Event object is invalid', errors });
  }
  const { data } = parsed;
  if (data.routing_key !== key)
    return jsonReply(400, { status: 'invalid event', message: 'Event object is invalid', errors: ['routing_key'] });
  const payload = data.event_action === 'trigger' ? data.payload : undefined;
  const dedupKey = data.dedup_key ?? randomUUID();
  desk.take({
    ...{ action: data.event_action, key: dedupKey, atMs: Date.now() },
    ...{ summary: payload?.summary, severity: payload?.severity, source: payload?.source },
    details: payload?.custom_details ?? {},
  });
  return jsonReply(202, { status: 'success', message: 'Event processed', dedup_key: dedupKey });
};

const statusOf = (answer: Reply): string => (answer.kind === 'reply' ? `http-${String(answer.status)}` : 'cut');

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
