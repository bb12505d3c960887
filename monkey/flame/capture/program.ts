/*
 * One program, run for a capture.
 *
 * INVARIANTS
 * - No shell, no input, a bare environment; of what it says only the end is kept.
 * - It leads a process group of its own, which is killed when it has ended or its time is over: nothing stays behind.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { setPriority } from 'node:os';

export type Ran =
  | { readonly kind: 'done' }
  | { readonly kind: 'missing' }
  | { readonly kind: 'failed'; readonly because: string }
  /** The signal came first. */
  | { readonly kind: 'stopped' };

export interface Program {
  readonly argv: readonly string[];
  readonly folder: string;
  readonly path: string;
  /** Gets its output piece by piece; what throws ends the program. */
  readonly onOutput?: (piece: Buffer) => void;
  /** Of the CPU, as nice(1) counts: what is profiled comes first. */
  readonly priority: number;
  /** How it is asked to end. */
  readonly endBy: 'SIGINT' | 'SIGKILL';
}

/** What a program may take to end once it is asked to. */
const endWithinMs = 750;
const saidAtMost = 4_096;

/** Runs a program to its end, or until the signal aborts and it has ended by that. Never rejects. */
export const runProgram = (program: Program, signal: AbortSignal): Promise<Ran> =>
  new Promise((resolve) => {
    const [file = '', ...args] = program.argv;
    const child = spawn(file, args, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: program.path, LC_ALL: 'C', PERF_CONFIG: '/dev/null', HOME: program.folder },
      cwd: program.folder,
    });
    standBack(child, program.priority);
    let said = '';
    child.stderr.on('data', (piece: Buffer) => (said = `${said}${piece.toString('utf8')}`.slice(-saidAtMost)));
    child.stdout.on('data', (piece: Buffer) => program.onOutput?.(piece));
    let late: NodeJS.Timeout | undefined;
    const stop = (): void => {
      if (program.endBy === 'SIGINT') child.kill('SIGINT');
      late = setTimeout(() => killGroup(child), program.endBy === 'SIGINT' ? endWithinMs : 0);
    };
    const settle = (ran: Ran): void => {
      clearTimeout(late);
      signal.removeEventListener('abort', stop);
      killGroup(child);
      resolve(ran);
    };
    child.once('error', (error: NodeJS.ErrnoException) =>
      settle(error.code === 'ENOENT' ? { kind: 'missing' } : { kind: 'failed', because: error.message }),
    );
    child.once('close', (code) => {
      if (signal.aborted) settle({ kind: 'stopped' });
      else settle(code === 0 ? { kind: 'done' } : { kind: 'failed', because: said.trim() });
    });
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });

const standBack = ({ pid }: ChildProcess, priority: number): void => {
  if (pid === undefined) return;
  try {
    setPriority(pid, priority);
  } catch {
    // It has ended already, or we stand back ourselves and may not come forward.
  }
};

const killGroup = ({ pid }: ChildProcess): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The whole group has ended by itself.
  }
};
