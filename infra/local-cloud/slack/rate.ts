/** How often one may post to a channel: a bucket of `burst` posts that fills up again at `perSecond`. */
export interface PostRate {
  readonly perSecond: number;
  readonly burst: number;
}

export type Admission =
  | { readonly kind: 'admitted' }
  | { readonly kind: 'limited'; readonly retryAfterSeconds: number };

/** One bucket a channel. Slack: "chat.postMessage: generally one message per second per channel, with short bursts". */
export class PostLimits {
  readonly #rate: PostRate;
  readonly #buckets = new Map<string, { level: number; atMs: number }>();

  constructor(rate: PostRate) {
    this.#rate = rate;
  }

  /** `channel` is one that exists: whoever asks for others must not fill the memory. */
  admit(channel: string, nowMs: number): Admission {
    const { perSecond, burst } = this.#rate;
    const before = this.#buckets.get(channel) ?? { level: burst, atMs: nowMs };
    const level = Math.min(burst, before.level + ((nowMs - before.atMs) / 1000) * perSecond);
    const admitted = level >= 1;
    this.#buckets.set(channel, { level: admitted ? level - 1 : level, atMs: nowMs });
    return admitted
      ? { kind: 'admitted' }
      : { kind: 'limited', retryAfterSeconds: Math.max(1, Math.ceil((1 - level) / perSecond)) };
  }
}
