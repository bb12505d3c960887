/** A real process whose number stands in a file, and somebody who starts it again when it ends. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface RestartedProcess {
  readonly pidFile: string;
  readonly starts: () => number;
  /** From now on it is not started again. */
  readonly leaveDead: () => void;
  readonly end: () => Promise<void>;
}

/** @param program what runs; by default one that ends with SIGTERM */
export const restartedProcess = async (
  program = 'process.stdout.write("up"); setInterval(() => undefined, 1_000)',
): Promise<RestartedProcess> => {
  const folder = mkdtempSync(join(tmpdir(), 'restarted-process-'));
  const pidFile = join(folder, 'app.pid');
  let starts = 0;
  let stopped = false;
  let child: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    const born = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    child = born;
    born.once('exit', () => {
      if (!stopped) void start();
    });
    await once(born.stdout, 'data');
    starts += 1;
    writeFileSync(pidFile, `${born.pid}\n`);
  };

  await start();
  return {
    pidFile,
    starts: () => starts,
    leaveDead: () => {
      stopped = true;
    },
    end: async () => {
      stopped = true;
      if (child?.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit');
        child.kill('SIGKILL');
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
