/** What every source of hosts gives: named hosts, files and pools alike. */
import type { Target } from '../../collect/target.ts';

export interface HostList {
  /** Where they come from, for messages. */
  readonly source: string;
  /** Read anew each time: files and pools change. Rejects at the first time alone, where a pool can't be reached. */
  readonly read: () => Promise<Listed>;
}

export type Listed =
  | { readonly kind: 'hosts'; readonly targets: readonly Target[]; readonly notes: readonly string[] }
  /** What was named is wrong, which a person has to mend. */
  | { readonly kind: 'wrong'; readonly problems: readonly string[] }
  /** It can't be reached now. */
  | { readonly kind: 'away'; readonly because: string };
