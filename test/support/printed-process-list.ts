import type { ProcessRow } from '../../monkey/collect/process-row.ts';

/** What a host prints that has these processes: the answer of a canned host. */
export const printedProcessList = (rows: readonly ProcessRow[]): Buffer => {
  const lines = rows.flatMap(({ pid, command, rssKib, vszKib, pssKib }) => {
    const status = `/proc/${pid}/status`;
    const name = `${status}:Name:\t${command.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`;
    const size = [`${status}:VmSize:\t${kib(vszKib)}`, `${status}:VmRSS:\t${kib(rssKib)}`];
    return [name, ...size, ...(pssKib === null ? [] : [`/proc/${pid}/smaps_rollup:Pss:${kib(pssKib)}`])];
  });
  return Buffer.from(['monkey-processes 1 proc', ...lines, 'monkey-end 2 3 0', ''].join('\n'));
};

/** As the kernel pads it. */
const kib = (value: number): string => `${String(value).padStart(8)} kB`;
