import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from './eventually.ts';

const run = promisify(execFile);

export interface SshAgent {
  readonly socket: string;
  add(keyFile: string): Promise<void>;
  stop(): Promise<void>;
}

/** A real ssh-agent with its socket in this folder. */
export const startSshAgent = async (dir: string): Promise<SshAgent> => {
  const socket = join(dir, 'agent');
  const child = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  const ended = once(child, 'close');
  await eventually('the socket of ssh-agent', () => existsSync(socket));
  return {
    socket,
    add: async (keyFile) => {
      await run('ssh-add', ['-q', keyFile], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
    },
    stop: async () => {
      child.kill();
      await ended;
    },
  };
};
