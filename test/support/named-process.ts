import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { eventually } from './eventually.ts';

/** A process with this name (at most 15 bytes), whatever bytes those are: it writes them to its own comm. */
export const startNamed = async (name: Buffer): Promise<{ readonly pid: number; stop(): Promise<void> }> => {
  const octal = [...name].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
  const child = spawn('sh', ['-c', `printf '${octal}' > /proc/$$/comm; read -r _`], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = once(child, 'close');
  const pid = child.pid ?? 0;
  await eventually('a process takes its name', async () =>
    (await readFile(`/proc/${pid}/comm`)).subarray(0, -1).equals(name),
  );
  return {
    pid,
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
};
