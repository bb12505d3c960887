import type { Limits } from '../../../pool/store.ts';

/** What came of restarting the service. */
export type Restarted =
  /** Proven: another process runs in the old one's stead. */
  | { readonly kind: 'restarted'; readonly because: string }
  /** It was surely not restarted. */
  | { readonly kind: 'failed'; readonly because: string }
  /** Not proven in time: it may have been, or may still be. */
  | { readonly kind: 'unknown'; readonly because: string };

/** The app's service on this machine. */
export interface Service {
  /** Restarts it, once, and waits until that is proven. Never throws, and never outlives its deadline. */
  restart(limits: Limits): Promise<Restarted>;
}
