/** What is known of one host before it shows its key. */
import type { HostKey } from './known-hosts.ts';

export interface HostKnowledge {
  readonly types: readonly string[];
  /** null: the host is who it says it is; otherwise why it is not believed. */
  refusal(key: HostKey): HostKeyRefusal | null;
}

export interface HostKeyRefusal {
  /** A host that nobody has seen before may be learnt. */
  readonly isNew: boolean;
  readonly because: string;
}
