/*
 * What of a log is kept: the last lines, none of them long, without what looks like a secret.
 *
 * Nobody can know every secret by its looks: the lines stay in Redis and are sent nowhere, see docs/security.md.
 */
import { plainWords } from '../report/words.ts';

const lineMost = 400;

/** How many lines at most, and in how many bytes of JSON. */
export interface LinesMost {
  readonly lines: number;
  readonly bytes: number;
}

export const lastLines = (log: readonly string[], most: LinesMost): readonly string[] => {
  const last = log.filter((line) => line.trim() !== '').slice(-most.lines);
  const kept: string[] = [];
  let bytes = 0;
  for (const line of last.map((one) => plainWords(one.slice(0, 4 * lineMost), lineMost)).reverse()) {
    bytes += Buffer.byteLength(JSON.stringify(line)) + 1;
    if (bytes > most.bytes) break;
    kept.unshift(line);
  }
  return kept;
};

/** What the kernel says when memory has run out, of a machine or of a control group. */
export const isOfOom = (line: string): boolean => /out of memory|oom-kill|oom_reaper|killed process/i.test(line);
