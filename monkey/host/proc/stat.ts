/** What the kernel tells of one process or thread in `stat`. Times are in clock ticks. Source: proc(5). */
export interface ProcessStat {
  readonly pid: number;
  /** The name of its program, at most 15 bytes, never its arguments. */
  readonly command: string;
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** CPU time that it has used itself: user and system. */
  readonly ticks: number;
  /** CPU time of those of its children that have ended and were waited for, with theirs. */
  readonly childTicks: number;
  /** When it started, since boot. With the pid it names a process for good: pids are used again. */
  readonly startTicks: number;
  /** Its address space. */
  readonly vszBytes: number;
  readonly rssPages: number;
}

/** Reads one line of /proc/PID/stat or /proc/PID/task/TID/stat; undefined where it is no such line. */
export const parseStat = (text: string): ProcessStat | undefined => {
  // The command stands in brackets and may itself hold brackets, blanks and newlines: the last one ends it.
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  const fields = text.slice(close + 2).split(' ');
  const number = (index: number): number => Number(fields[index] ?? Number.NaN);
  const stat = {
    pid: Number(text.slice(0, open)),
    command: text.slice(open + 1, close),
    state: fields[0] ?? '?',
    parent: number(1),
    group: number(2),
    session: number(3),
    ticks: number(11) + number(12),
    childTicks: number(13) + number(14),
    startTicks: number(19),
    vszBytes: number(20),
    rssPages: number(21),
  };
  const sound = Object.values(stat).every((value) => typeof value === 'string' || Number.isFinite(value));
  return sound ? stat : undefined;
};

/** Are these two readings of one and the same process? A pid alone may have been used again. */
export const isSame = (one: ProcessStat, other: ProcessStat | undefined): boolean =>
  one.pid === other?.pid && one.startTicks === other.startTicks;
