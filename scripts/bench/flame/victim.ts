/** A process that is profiled: Node with a source of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface BenchVictim {
  readonly pid: number;
  /** The number that it wrote first: of the port that it listens on. */
  readonly port: number;
}

/** Runs a source by Node and calls `use` once it has written its first number; ends it with that. */
export const withVictim = async (source: string, use: (victim: BenchVictim) => Promise<void>): Promise<void> => {
  const child: ChildProcess = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'exit');
  try {
    const { pid, stdout } = child;
    if (pid === undefined || stdout === null) throw new Error('no process was started');
    const [first] = (await once(stdout, 'data')) as [Buffer];
    await use({ pid, port: Number(first.toString()) });
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
};
