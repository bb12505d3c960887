import type { PoolView } from '../../pool/view.ts';

/** What one look at the drain has shown. */
export type Look = { readonly kind: 'goes-on'; readonly view: PoolView } | { readonly kind: 'over' };
