import { execFile } from 'node:child_process';

export type UnitCgroup =
  | { readonly kind: 'cgroup'; readonly path: string }
  | { readonly kind: 'none'; readonly because: string };

/** The control group of a systemd unit, as /proc/PID/cgroup writes it. Never rejects. */
export const cgroupOfUnit = (unit: string, signal: AbortSignal, systemctl = 'systemctl'): Promise<UnitCgroup> =>
  new Promise((resolve) => {
    const options = { env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' }, signal, killSignal: 'SIGKILL' as const };
    execFile(systemctl, ['show', '--property=ControlGroup', '--value', '--', unit], options, (error, out, said) => {
      const none = (because: string): void => resolve({ kind: 'none', because });
      const path = out.trim();
      if (error !== null)
        none(
          error.code === 'ENOENT'
            ? 'there is no systemd here to ask for the unit; name a process by --pid'
            : `systemctl show ${unit}: ${(said.trim() || error.message).slice(0, 300)}`,
        );
      else if (path === '') none(`the unit ${unit} does not run`);
      else resolve({ kind: 'cgroup', path });
    });
  });
