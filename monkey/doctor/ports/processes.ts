import type { Limits } from '../../../pool/store.ts';

/** One process of this node, and the memory that it has. */
export interface ProcessMemory {
  readonly pid: number;
  /** When it started, in ticks since boot. With the pid it names a process for good: pids are used again. */
  readonly startTicks: number;
  /** Its name as the kernel keeps it, in /proc/PID/comm and in its log: spaces, slashes, anything. */
  readonly command: string;
  /** What to call it, where the kernel's name is that of a runtime's thread. */
  readonly program?: string;
  /** As /proc/PID/stat tells it: what is shared counts for each who shares it, and the last pages may be missing. */
  readonly rssBytes: number;
  readonly vszBytes: number;
}

export type ProcessesRead =
  | {
      readonly kind: 'read';
      readonly processes: readonly ProcessMemory[];
      /** The node is the whole machine: there are no processes beside its own. */
      readonly isWholeMachine: boolean;
    }
  | { readonly kind: 'not-read'; readonly because: string };

/** Reads the processes of this node, kernel threads and all. Never throws and never outlives its deadline. */
export interface ProcessList {
  /** @param mayBeOldMs what was read for somebody else so shortly ago is good enough; without it, it is read now */
  read(limits: Limits, mayBeOldMs?: number): Promise<ProcessesRead>;
}
