import type { Clock } from '../../pool/clock.ts';
import type { ProcessList, ProcessMemory } from '../doctor/ports/processes.ts';
import type { HostReader } from './host-reader.ts';
import type { ProcessRow } from './process-row.ts';

const deadlineMs = 5_000;
/** What the agent has just read for itself need not be read again. */
const mayBeOldMs = 5_000;

/** Reads the machine that it runs on: no connection, no command. Shares of memory (PSS) it does not read: they cost much. */
export const ownNodeReader = (processes: ProcessList, clock: Pick<Clock, 'monotonicMs'>): HostReader => ({
  read: async (target, signal) => {
    const startedMs = clock.monotonicMs();
    const read = await processes.read({ deadlineMs, signal }, mayBeOldMs);
    const tookMs = clock.monotonicMs() - startedMs;
    return read.kind === 'read'
      ? { kind: 'processes', target, processes: read.processes.map(rowOf), damagedLines: 0, tookMs }
      : { kind: 'failed', target, stage: 'command', because: read.because, tookMs };
  },
  close: async () => undefined,
});

const rowOf = ({ pid, command, program, rssBytes, vszBytes }: ProcessMemory): ProcessRow => ({
  ...{ pid, command: program ?? command, pssKib: null },
  rssKib: Math.round(rssBytes / 1_024),
  vszKib: Math.round(vszBytes / 1_024),
});
