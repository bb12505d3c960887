import type { ProcessRow } from './process-row.ts';
import type { Target } from './target.ts';

/** What one host said in one round, or why it said nothing. */
export type HostAnswer = HostProcesses | HostFailure;

export interface HostProcesses {
  readonly kind: 'processes';
  readonly target: Target;
  readonly processes: readonly ProcessRow[];
  /** Lines of its answer that could not be read: told, and not counted as processes. */
  readonly damagedLines: number;
  readonly tookMs: number;
}

export interface HostFailure {
  readonly kind: 'failed';
  readonly target: Target;
  readonly stage: FailureStage;
  /** A sentence without the host's name: what was wrong, and what to do where that is known. */
  readonly because: string;
  readonly tookMs: number;
}

/** How far it got. */
export type FailureStage = 'resolve' | 'connect' | 'host-key' | 'auth' | 'command' | 'answer';
