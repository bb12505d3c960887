import type { Limits } from '../../../pool/store.ts';

/** What is to be profiled, how often a second, and for how long. */
export interface ProfileAsk {
  readonly seconds: number;
  /** Samples a second. */
  readonly hz: number;
  /**
   * A process that seems to be stuck may lose the code that V8 has optimized, so that its loop is seen. It costs a process
   * that serves some seconds of slowness; without it such a loop is told as the function that called it.
   */
  readonly mayDeoptimize?: boolean;
}

/** Stacks that were sampled. */
export interface Captured {
  readonly kind: 'captured';
  /** Profiles are comparable only with those taken by the same means. */
  readonly by: 'inspector' | 'perf';
  /** What was profiled, in words: "node app.js (pid 712)", "cgroup app.service". */
  readonly of: string;
  /** How long it was looked at, in seconds: less than asked where `cut` says why. */
  readonly seconds: number;
  readonly hz: number;
  /** Why it ended before its time; absent where it did not. */
  readonly cut?: string;
  /** What else people should know: stacks that were left out for their number, an inspector that stayed open. */
  readonly notes?: readonly string[];
  /**
   * Folded stacks, outermost frame first: the frames (joined by `;`) of each distinct stack and how many samples it had.
   * Names are text as people read it. Never empty, and bounded: the rarest are added up under `[left out]`.
   */
  readonly stacks: ReadonlyMap<string, number>;
}

/** Why there is no profile, as a sentence that says what would allow one. */
export interface NotCaptured {
  readonly kind: 'not-captured';
  /** `nothing`: what was to be profiled is gone, or did nothing; `not-allowed`: the means are missing. */
  readonly why?: 'nothing' | 'not-allowed';
  readonly because: string;
}

/**
 * Samples what the node's app is doing. Never throws and never outlives its deadline: it is cut then, and says so. A
 * signal that aborts cuts as well: what was had so far comes within moments.
 */
export interface Profiler {
  capture(ask: ProfileAsk, limits: Limits): Promise<Captured | NotCaptured>;
  /**
   * Resolves once nothing that captures have opened is left open, or it is given up, with a sentence for each that may be.
   * Whoever ends waits for this. Absent: nothing outlives a capture.
   */
  settled?(): Promise<readonly string[]>;
}
