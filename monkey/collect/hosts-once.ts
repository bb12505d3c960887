/*
 * A host that was named with several users answers several times, and is one host: its answers are put together.
 *
 * INVARIANTS
 * - A process of a host stands once in what is told of it, whoever saw it: with `hidepid` each user sees its own alone.
 * - Whichever user answers first, the outcome is the same.
 * - A host that was named once waits for nobody.
 */
import { hostOf } from './gauges-of.ts';
import type { HostAnswer, HostProcesses } from './host-answer.ts';
import type { ProcessRow } from './process-row.ts';
import type { Target } from './target.ts';

export interface HostsOnce {
  /** What this answer completes: all that is known of its host; undefined where others of it are to come, or all failed. */
  readonly take: (answer: HostAnswer) => HostProcesses | undefined;
  /** Hosts of which not all have answered: the round was cut short. */
  readonly rest: () => readonly HostProcesses[];
}

interface Waiting {
  readonly left: number;
  readonly answers: readonly HostProcesses[];
}

/** @param targets all of the round, each of which answers once */
export const newHostsOnce = (targets: readonly Target[]): HostsOnce => {
  const waiting = severalTimes(targets);
  return {
    take: (answer) => {
      const read = answer.kind === 'processes' ? [answer] : [];
      const host = hostOf(answer.target);
      const known = waiting.get(host);
      if (known === undefined) return read[0];
      const answers = [...known.answers, ...read];
      if (known.left > 1) {
        waiting.set(host, { left: known.left - 1, answers });
        return undefined;
      }
      waiting.delete(host);
      return together(answers);
    },
    rest: () => [...waiting.values()].flatMap(({ answers }) => together(answers) ?? []),
  };
};

const severalTimes = (targets: readonly Target[]): Map<string, Waiting> => {
  const counts = new Map<string, number>();
  for (const target of targets) {
    const host = hostOf(target);
    counts.set(host, (counts.get(host) ?? 0) + 1);
  }
  return new Map([...counts].filter(([, left]) => left > 1).map(([host, left]) => [host, { left, answers: [] }]));
};

/** Of a process that several have seen, what was told by whoever may read its share, or else by whoever sees the most. */
const together = (answers: readonly HostProcesses[]): HostProcesses | undefined => {
  const [widest, ...others] = [...answers].sort(byWidth);
  if (widest === undefined || others.length === 0) return widest;
  const rows = new Map<number, ProcessRow>();
  for (const row of [widest, ...others].flatMap(({ processes }) => processes)) {
    const known = rows.get(row.pid);
    if (known === undefined || (known.pssKib === null && row.pssKib !== null)) rows.set(row.pid, row);
  }
  return {
    ...widest,
    processes: [...rows.values()],
    damagedLines: answers.reduce((sum, { damagedLines }) => sum + damagedLines, 0),
    tookMs: Math.max(...answers.map(({ tookMs }) => tookMs)),
  };
};

const byWidth = (one: HostProcesses, other: HostProcesses): number =>
  other.processes.length - one.processes.length || ((one.target.user ?? '') < (other.target.user ?? '') ? -1 : 1);
