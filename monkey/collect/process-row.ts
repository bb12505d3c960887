/** One process of a host, as its kernel tells of it. */
export interface ProcessRow {
  readonly pid: number;
  /**
   * Its name whole, as in /proc/PID/comm: spaces, slashes, colons and all; at most 15 bytes on Linux. Of Node, which calls all
   * its processes the same, what the program was called by, where that is known.
   */
  readonly command: string;
  /** KiB of 1,024 bytes, as in everything of the collector. */
  readonly rssKib: number;
  readonly vszKib: number;
  /** The proportional share (Pss of smaps_rollup); null where it could not be read, which needs the same user or root. */
  readonly pssKib: number | null;
}
