/** Hosts and their answers, as tests of the collector make them up. */
import type { FailureStage, HostFailure, HostProcesses } from '../../monkey/collect/host-answer.ts';
import type { ProcessRow } from '../../monkey/collect/process-row.ts';
import type { Target } from '../../monkey/collect/target.ts';

export const target = (host: string, port: number | null = null): Target => ({ host, port, user: null });

export const row = (command: string, rssKib: number, pid = 1): ProcessRow => ({
  ...{ pid, command, rssKib, vszKib: rssKib * 2, pssKib: null },
});

export const answered = (host: string, processes: readonly ProcessRow[] = []): HostProcesses => ({
  ...{ kind: 'processes', target: target(host), processes, damagedLines: 0, tookMs: 1 },
});

export const failed = (host: string, because: string, stage: FailureStage = 'connect'): HostFailure => ({
  ...{ kind: 'failed', target: target(host), stage, because, tookMs: 1 },
});
