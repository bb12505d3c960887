import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';

export interface ShutdownOptions {
  /** A file that is there while the machine goes down. */
  readonly shutdownFile?: string | undefined;
  /** Where systemd shows that it runs, if not at /run/systemd/system. */
  readonly systemdFolder?: string | undefined;
  /** Where to look for `systemctl` and `runlevel`. */
  readonly path?: string | undefined;
}

const usualPath = '/usr/sbin:/usr/bin:/sbin:/bin';
const deadlineMs = 2_000;

/**
 * Is the machine going down? A file says so where one is configured, otherwise the init system: systemd calls it
 * `stopping`, the older ones have a run level of 0 or 6. Where nobody can say, it is not: then an agent that ends has
 * been stopped for itself and its node stays in service.
 */
export const isShuttingDown = async ({ shutdownFile, systemdFolder, path }: ShutdownOptions): Promise<boolean> => {
  if (shutdownFile !== undefined) return existsSync(shutdownFile);
  const search = path ?? usualPath;
  return existsSync(systemdFolder ?? '/run/systemd/system')
    ? (await output('systemctl', ['is-system-running'], search)).trim() === 'stopping'
    : /^\S+ [06]$/.test((await output('runlevel', [], search)).trim());
};

/** What the program says, however it ends: systemctl says `stopping` with an exit code of 1. */
const output = (program: string, args: readonly string[], path: string): Promise<string> =>
  new Promise((resolve) => {
    const options = { env: { PATH: path, LC_ALL: 'C' }, timeout: deadlineMs, killSignal: 'SIGKILL' } as const;
    execFile(program, args, options, (_error, stdout) => resolve(stdout));
  });
