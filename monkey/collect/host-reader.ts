import type { HostAnswer } from './host-answer.ts';
import type { Target } from './target.ts';

/** Asks one host for its processes: over SSH, or the machine it runs on. */
export interface HostReader {
  /**
   * Never throws: what fails is an answer. Bounded by its own deadline for connect, authentication and command together
   * (5 s by default), and by the signal. One reading a target at a time; many targets at once.
   */
  read(target: Target, signal: AbortSignal): Promise<HostAnswer>;
  /** Ends the connections that were kept. */
  close(): Promise<void>;
}
