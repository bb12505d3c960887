import type { Limits } from '../../../pool/store.ts';

export type Reached =
  /** Something at this URL speaks HTTP; what it says does not matter here. */
  | { readonly kind: 'answers'; readonly detail: string }
  | { readonly kind: 'silent'; readonly because: string }
  /** It was not asked: no request may be sent to this URL. */
  | { readonly kind: 'unknown'; readonly because: string };

/** Asks whether anything answers at a node's URL. Never throws. */
export interface Reach {
  ask(url: string, limits: Limits): Promise<Reached>;
}
