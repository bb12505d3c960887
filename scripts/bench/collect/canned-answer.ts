/** What a host would answer the collector's command with, made up. */
import { firstLine, lastLine } from '../../../monkey/collect/process-list-command.ts';

export interface CannedProcess {
  readonly pid: number;
  readonly command: string;
  readonly rssKib: number;
  readonly vszKib: number;
}

/** As grep prints it of /proc/PID/status. */
export const cannedAnswer = (processes: readonly CannedProcess[]): string =>
  [
    `${firstLine} proc`,
    ...processes.flatMap(({ pid, command, rssKib, vszKib }) => [
      `/proc/${pid}/status:Name:\t${command}`,
      `/proc/${pid}/status:VmSize:\t${String(vszKib).padStart(8)} kB`,
      `/proc/${pid}/status:VmRSS:\t${String(rssKib).padStart(8)} kB`,
    ]),
    `${lastLine} 99998 99999 2`,
    '',
  ].join('\n');
