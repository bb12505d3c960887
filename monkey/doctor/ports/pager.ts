import type { Limits } from '../../../pool/store.ts';
import type { Alarm } from '../report/alarm.ts';

export type PageAnswer =
  | { readonly kind: 'taken' }
  /** Not now. */
  | { readonly kind: 'limited'; readonly retryAfterMs: number }
  /** No, for good: `access` is a wrong address or key, a human must see to it; `alarm`: this one is not understood. */
  | { readonly kind: 'refused'; readonly what: 'access' | 'alarm'; readonly code: string }
  /** No answer, or a broken one; it may have been taken. */
  | { readonly kind: 'away'; readonly because: string };

/** Calls whoever is on duty. Nothing is retried by itself, the receiver deduplicates by the alarm's key. Never throws. */
export interface Pager {
  send(alarm: Alarm, limits: Limits): Promise<PageAnswer>;
}
