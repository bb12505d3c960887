import type { CanaryVerdict } from './judge.ts';

/** What is to be told, once. */
export interface Announcement {
  readonly kind: 'alarm' | 'recovered';
  readonly text: string;
}

/** What was told last; undefined before anything was. */
export type Told = 'fresh' | 'stale' | 'unreadable' | undefined;

/**
 * An alarm when the verdict turns bad or bad in another way, a word when it is well again, and otherwise nothing:
 * `waiting` neither tells nor forgets.
 */
export const announce = (
  told: Told,
  { kind, because }: CanaryVerdict,
): { readonly told: Told; readonly announcement: Announcement | null } => {
  if (kind === 'waiting' || kind === told) return { told, announcement: null };
  const announcement = ((): Announcement | null => {
    switch (kind) {
      case 'fresh':
        return told === undefined ? null : { kind: 'recovered', text: `the canary is back: ${because}` };
      case 'stale':
        return { kind: 'alarm', text: `the canary is stale: ${because}. What is collected does not arrive there` };
      case 'unreadable':
        return { kind: 'alarm', text: `the canary can't be read: ${because}. Whether anything arrives is unknown` };
    }
  })();
  return { told: kind, announcement };
};
