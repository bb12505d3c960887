/*
 * The last lines of the app's journal, and what the kernel said of memory that ran out.
 *
 * INVARIANTS
 * - No shell, no input; the output is read up to a bound, and lines leave here short and scrubbed.
 * - What cannot be read is a sentence, never a failure.
 */
import { execFile } from 'node:child_process';
import { uptime } from 'node:os';
import { messageOf } from '../../pool/thrown.ts';
import { within } from '../../pool/within.ts';
import { isOfOom, lastLines } from '../doctor/evidence/log-lines.ts';
import type { LineSource, LinesRead } from '../doctor/ports/lines.ts';

const mostRead = 4 * 1_024 * 1_024;
const ofJournal = { bytes: 24 * 1_024 };
const ofKernel = { lines: 20, bytes: 8 * 1_024 };

/** The app's log, as systemd keeps it. */
export const journalLines = ({
  unit,
  lines,
  journalctl = 'journalctl',
}: {
  readonly unit: string;
  readonly lines: number;
  readonly journalctl?: string;
}): LineSource => {
  const args = ['--unit', unit, '--lines', String(lines), '--output', 'short-iso', '--no-pager', '--quiet'];
  const mayRead = 'its user needs to be in the group systemd-journal to read those of others';
  return source(`the journal of ${unit}`, journalctl, args, (log) => {
    const kept = lastLines(log, { lines, ...ofJournal });
    return kept.length === 0
      ? { kind: 'not-read', because: `the journal of ${unit} tells the agent nothing; ${mayRead}` }
      : { kind: 'read', of: unit, lines: kept };
  });
};

export interface KernelLogPrograms {
  readonly dmesg?: string;
  readonly journalctl?: string;
}

/** More than these lines of the kernel's are not looked through. */
const kernelLinesMost = 4_000;
const ofThisBoot = [
  '--dmesg',
  '--lines',
  String(kernelLinesMost),
  '--output',
  'short-monotonic',
  '--no-pager',
  '--quiet',
];

/**
 * What the kernel said of memory that ran out, from its own log, or from the journal where that may not be read. That it
 * killed nothing is an answer too: no lines.
 */
export const oomLines = ({ dmesg = 'dmesg', journalctl = 'journalctl' }: KernelLogPrograms = {}): LineSource => {
  const answer = (log: readonly string[]): LinesRead => ({
    kind: 'read',
    of: 'the kernel',
    lines: lastLines(log.filter(isOfOom), ofKernel),
    readAtSeconds: uptime(),
  });
  const own = source("the kernel's log", dmesg, [], answer);
  // A journal that has nothing of the kernel, not even how it booted, is one that may not be read.
  const journal = source("the kernel's log", journalctl, ofThisBoot, (log) =>
    log.some((line) => line !== '')
      ? answer(log)
      : { kind: 'not-read', because: 'the journal tells nothing of the kernel' },
  );
  return {
    read: async (limits) => {
      const beganMs = performance.now();
      const read = await own.read(limits);
      if (read.kind === 'read') return read;
      const leftMs = limits.deadlineMs - (performance.now() - beganMs);
      const other = leftMs > 0 ? await journal.read({ ...limits, deadlineMs: leftMs }) : read;
      return other.kind === 'read' ? other : { kind: 'not-read', because: `${read.because}; ${mayReadKernel}` };
    },
  };
};

const mayReadKernel = 'the capability CAP_SYSLOG, or the group systemd-journal, would let its user read it';

const source = (
  what: string,
  program: string,
  args: readonly string[],
  answer: (log: readonly string[]) => LinesRead,
): LineSource => ({
  read: async (limits) => {
    try {
      return answer((await within(limits, (signal) => outputOf(program, args, signal))).split('\n'));
    } catch (error) {
      return { kind: 'not-read', because: `${what} could not be read: ${messageOf(error)}` };
    }
  },
});

const wordsAtMost = 200;

const outputOf = (program: string, args: readonly string[], signal: AbortSignal): Promise<string> =>
  new Promise((resolve, reject) => {
    const options = {
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      ...{ signal, killSignal: 'SIGKILL' as const, maxBuffer: mostRead },
    };
    execFile(program, [...args], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else
        reject(
          new Error(
            (stderr.trim() === '' ? error.message : (stderr.trim().split('\n').at(-1) ?? '')).slice(0, wordsAtMost),
            { cause: error },
          ),
        );
    });
  });
