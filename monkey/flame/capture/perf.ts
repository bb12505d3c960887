/*
 * Profiles processes, or the whole machine, by `perf record -g` and `perf script`.
 *
 * INVARIANTS
 * - What perf records stands in a folder of its own, which only we may read and which is gone when the capture is over.
 * - Recording ends by itself, also where we die in the middle.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../../pool/clock.ts';
import type { Limits } from '../../../pool/store.ts';
import { messageOf } from '../../../pool/thrown.ts';
import type { Captured, NotCaptured, ProfileAsk } from '../../doctor/ports/profiler.ts';
import { PerfFolder } from '../perf/fold-perf.ts';
import { plainFold } from '../perf/stack-line.ts';
import { StackTree } from '../stack-tree.ts';
import { boundStacks } from './bound-stacks.ts';
import { type Program, type Ran, runProgram } from './program.ts';

export interface PerfAim {
  /** Undefined: the whole machine. */
  readonly pids: readonly number[] | undefined;
  /** In words. */
  readonly of: string;
}

export interface PerfParts {
  readonly clock: Clock;
  /** Where programs are looked for. */
  readonly path: string;
}

/** Of what is recorded: minutes of a machine with dozens of cores. */
const mostBytes = 64 * 1024 * 1024;
const sizeEveryMs = 250;
/** Processes that perf is told to attach to; each of their threads costs it a file descriptor on each CPU. */
export const mostPids = 64;
/** What of the time is kept back for making text of what was recorded. */
const tellingMs = 2_000;
/** Making text of it can wait a little for the app; but a node that burns would let it wait for ever. */
const tellingPriority = 5;

export const captureByPerf = async (
  aim: PerfAim,
  ask: ProfileAsk,
  limits: Limits,
  { clock, path }: PerfParts,
): Promise<Captured | NotCaptured> => {
  const startedMs = clock.monotonicMs();
  const folder = await mkdtemp(join(tmpdir(), 'monkey-perf-'));
  const signal = limits.signal ?? new AbortController().signal;
  const leftMs = (): number => limits.deadlineMs - (clock.monotonicMs() - startedMs);
  let stoppedMs = startedMs;
  const stopped = (): void => {
    stoppedMs = clock.monotonicMs();
  };
  signal.addEventListener('abort', stopped, { once: true });
  const hurryMs = (): number => Math.max(hurriedLeastMs, stoppedMs + hurriedMs - clock.monotonicMs());
  try {
    const recorded = await record(aim, ask, folder, path, { deadlineMs: leftMs() - tellingMs, signal });
    if ('because' in recorded) return notCaptured(`${aim.of}: ${recorded.because}`);
    const seconds = (clock.monotonicMs() - startedMs) / 1_000;
    // Whoever has stopped us wants what there is, soon.
    return await told(aim, ask, { folder, path, seconds, ...recorded }, signal.aborted ? hurryMs() : leftMs());
  } catch (error) {
    return notCaptured(`${aim.of} could not be profiled by perf: ${messageOf(error)}`);
  } finally {
    signal.removeEventListener('abort', stopped);
    await rm(folder, { recursive: true, force: true });
  }
};

/** From when it is stopped to the end of telling: who takes evidence waits no longer, and what was read by then is told. */
const hurriedMs = 600;
const hurriedLeastMs = 100;

const notCaptured = (because: string): NotCaptured => ({ kind: 'not-captured', why: 'not-allowed', because });

const file = (folder: string): string => join(folder, 'perf.data');

/** Records until the time is over, or it is cut; `because` where there is nothing. */
const record = async (
  { pids }: PerfAim,
  { seconds, hz }: ProfileAsk,
  folder: string,
  path: string,
  { deadlineMs, signal }: Required<Limits>,
): Promise<{ readonly cut: string | undefined } | { readonly because: string }> => {
  const cutting = new AbortController();
  const cut = (because: string) => () => cutting.abort(because);
  const stop = cut('it was stopped before its time');
  const late = setTimeout(cut('its deadline came first'), Math.max(1, deadlineMs));
  const size = setInterval(() => {
    void stat(file(folder)).then(
      ({ size: bytes }) => bytes > mostBytes && cutting.abort(`more than ${mostBytes / 1024 / 1024} MiB were recorded`),
      () => undefined,
    );
  }, sizeEveryMs);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const whom = pids === undefined ? ['-a'] : ['-p', pids.join(',')];
  // cpu-clock is there on every machine, virtual or not. No build ids: they would be copied into the user's home.
  const how = ['record', '-B', '-N', '-e', 'cpu-clock', '-F', String(hz), '-g', ...whom, '-o', file(folder)];
  const argv = ['perf', ...how, '--', 'sleep', String(seconds)];
  try {
    const ran = await runProgram(
      { argv, folder, path, endBy: 'SIGINT', priority: constants.priority.PRIORITY_NORMAL },
      cutting.signal,
    );
    return ran.kind === 'done' || ran.kind === 'stopped'
      ? { cut: cutting.signal.aborted ? String(cutting.signal.reason) : undefined }
      : { because: whyNot(ran) };
  } finally {
    clearTimeout(late);
    clearInterval(size);
    signal.removeEventListener('abort', stop);
  }
};

const whyNot = (ran: Exclude<Ran, { kind: 'done' | 'stopped' }>): string => {
  if (ran.kind === 'missing') return 'perf is not installed (Debian: linux-perf; Ubuntu: linux-tools-generic)';
  if (ran.because.includes('No such process')) return 'it ended before perf could look at it';
  if (/perf_event_paranoid|Operation not permitted|Permission denied|EACCES|EPERM/.test(ran.because))
    return 'the kernel refuses perf (perf_event_paranoid, or a container that forbids perf_event_open): run this as root on the host, or allow that call';
  return `perf record failed: ${ran.because.split('\n').find((line) => line.trim().length > 12) ?? 'it says nothing'}`;
};

interface Recorded {
  readonly folder: string;
  readonly path: string;
  readonly seconds: number;
  readonly cut: string | undefined;
}

/** Makes stacks of what was recorded; where time runs out, of what was read by then. */
const told = async (
  { of }: PerfAim,
  { hz }: ProfileAsk,
  { folder, path, seconds, cut }: Recorded,
  deadlineMs: number,
): Promise<Captured | NotCaptured> => {
  const tree = new StackTree();
  const folded = new PerfFolder(tree, plainFold);
  // Inlined functions would be asked of addr2line, which takes minutes for a big program.
  const argv = ['perf', 'script', '--no-inline', '-i', file(folder)];
  const onOutput = (piece: Buffer): void => folded.push(piece.toString('latin1'));
  const program: Program = { argv, folder, path, endBy: 'SIGKILL', priority: tellingPriority, onOutput };
  const ran = await runProgram(program, AbortSignal.timeout(Math.max(1, Math.ceil(deadlineMs))));
  const { samples } = folded.end();
  const why = cut ?? (ran.kind === 'stopped' ? `only ${samples} samples were read in time` : undefined);
  const { stacks, leftOut } = boundStacks(tree);
  if (stacks.size > 0)
    return {
      ...{ kind: 'captured', by: 'perf', of, seconds, hz, stacks },
      ...(why === undefined ? {} : { cut: why }),
      ...(leftOut === 0 ? {} : { notes: [`${leftOut} of the rarest stacks are added up as one`] }),
    };
  if (ran.kind === 'stopped') return notCaptured(`${of}: perf script had told nothing yet when its time was over`);
  return ran.kind === 'failed' && ran.because !== ''
    ? notCaptured(`${of}: perf script failed: ${ran.because.split('\n')[0] ?? ''}`)
    : { kind: 'not-captured', why: 'nothing', because: `${of} did nothing in ${seconds.toFixed(1)} s` };
};
