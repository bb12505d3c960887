import type { Limits } from '../../../pool/store.ts';

/** Lines of a log, oldest first, bounded and scrubbed. */
export interface Lines {
  /** Whose they are, in words: `meow.service`, `the kernel`. */
  readonly of: string;
  readonly lines: readonly string[];
  /** When they were read, by the clock that stamps them (`[123.456] …`, seconds since boot); absent: none does. */
  readonly readAtSeconds?: number;
}

export type LinesRead =
  | ({ readonly kind: 'read' } & Lines)
  /** As a sentence that says what would allow it. */
  | { readonly kind: 'not-read'; readonly because: string };

/** Reads the last lines of one log. Never throws and never outlives its deadline. */
export interface LineSource {
  read(limits: Limits): Promise<LinesRead>;
}
