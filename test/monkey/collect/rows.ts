import type { HostAnswer } from '../../../monkey/collect/host-answer.ts';
import type { ProcessRow } from '../../../monkey/collect/process-row.ts';
import type { Target } from '../../../monkey/collect/target.ts';

export const target = (host: string, port: number | null = null, user: string | null = null): Target => ({
  ...{ host, port, user },
});

/** A process of 1 MiB unless said otherwise. */
export const row = (pid: number, command: string, part: Partial<ProcessRow> = {}): ProcessRow => ({
  ...{ pid, command, rssKib: 1_024, vszKib: 2_048, pssKib: null },
  ...part,
});

export const answered = (to: string | Target, processes: readonly ProcessRow[]): HostAnswer => ({
  ...{ kind: 'processes', processes, damagedLines: 0, tookMs: 5 },
  target: typeof to === 'string' ? target(to) : to,
});

export const failed = (to: string): HostAnswer => ({
  ...{ kind: 'failed', target: target(to), stage: 'connect', because: 'nothing answers', tookMs: 5_000 },
});
