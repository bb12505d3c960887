import type { Limits } from '../../../pool/store.ts';

/** What asking the world about a configuration found. */
export interface OnlineFinding {
  /** `redis`, `pool`, `redis-persistence`, `redis-failover`, `ec2`, `slack`, `slack-channel`, `pager`. */
  readonly name: string;
  /** `risk`: it works, and something may be lost; `skipped`: there is nothing to ask. */
  readonly verdict: 'ok' | 'risk' | 'bad' | 'skipped';
  readonly detail: string;
}

export const finding = (name: string, verdict: OnlineFinding['verdict'], detail: string): OnlineFinding => ({
  name,
  verdict,
  detail,
});

export type OnlineCheck = (limits: Limits) => Promise<readonly OnlineFinding[]>;
