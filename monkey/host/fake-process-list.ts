import type { ProcessList, ProcessMemory } from '../doctor/ports/processes.ts';

/** Processes that a test sets, of a node that is a whole machine. */
export interface FakeProcessList extends ProcessList {
  readonly set: (processes: readonly Partial<ProcessMemory>[]) => void;
  /** It can't be read from now on, and why. */
  readonly fail: (because: string) => void;
  readonly reads: () => number;
}

export const fakeProcessList = (): FakeProcessList => {
  let processes: readonly ProcessMemory[] = [];
  let failure: string | undefined;
  let reads = 0;
  return {
    set: (next) => {
      failure = undefined;
      processes = next.map((one, index) => ({
        ...{ pid: index + 1, startTicks: 1, command: 'app', rssBytes: 0, vszBytes: 0 },
        ...one,
      }));
    },
    fail: (because) => {
      failure = because;
    },
    reads: () => reads,
    read: async () => {
      reads += 1;
      return failure === undefined
        ? { kind: 'read', processes, isWholeMachine: true }
        : { kind: 'not-read', because: failure };
    },
  };
};
