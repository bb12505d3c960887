/*
 * INVARIANTS
 * - A program gets no shell, no input and a bare environment.
 * - It is the leader of its own process group; when it ends, or its time does, the whole group is killed.
 */
import { type ChildProcess, spawn } from 'node:child_process';

export type Ended =
  | { readonly kind: 'exited'; readonly code: number; readonly lastLine: string }
  | { readonly kind: 'killed'; readonly signal: string; readonly lastLine: string }
  | { readonly kind: 'not-started'; readonly because: string };

/** Of its output only the end is kept. */
const outputAtMost = 4_096;
const lineAtMost = 200;

/** Runs a program to its end; the signal kills it. Never rejects. */
export const runProgram = (argv: readonly string[], path: string, signal: AbortSignal): Promise<Ended> =>
  new Promise((resolve) => {
    const [program = '', ...args] = argv;
    const child = spawn(program, args, {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: path, LC_ALL: 'C' },
      cwd: '/',
    });
    let output = '';
    const keep = (part: Buffer): void => {
      output = `${output}${part.toString('utf8')}`.slice(-outputAtMost);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const kill = (): void => killGroup(child);
    signal.addEventListener('abort', kill, { once: true });
    if (signal.aborted) kill();
    const end = (ended: Ended): void => {
      signal.removeEventListener('abort', kill);
      kill();
      child.stdout.destroy();
      child.stderr.destroy();
      resolve(ended);
    };
    child.once('error', (error) => end({ kind: 'not-started', because: error.message }));
    child.once('exit', (code, by) => {
      // What it wrote last is still on its way here when it has ended.
      setImmediate(() => {
        const lastLine = output.trimEnd().split('\n').at(-1)?.slice(0, lineAtMost) ?? '';
        end(by === null ? { kind: 'exited', code: code ?? 0, lastLine } : { kind: 'killed', signal: by, lastLine });
      });
    });
  });

const killGroup = ({ pid }: ChildProcess): void => {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The whole group has ended by itself.
  }
};
