import { spawnSync } from 'node:child_process';

const works = (): boolean => spawnSync('systemd-analyze', ['--version']).status === 0;

/** Why units cannot be analysed on this machine; undefined where they can. Installs Debian's systemd where it may. */
export const noSystemdAnalyze = (): string | undefined => {
  if (works()) return undefined;
  if (process.getuid?.() !== 0) return 'no systemd-analyze here, and no right to install it';
  const options = ['-qq', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120'];
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = () => spawnSync('apt-get', ['install', ...options, 'systemd'], { env, timeout: 180_000 });
  if (install().status !== 0) {
    spawnSync('apt-get', ['update', '-qq'], { env, timeout: 120_000 });
    install();
  }
  return works() ? undefined : 'no systemd-analyze here, and apt-get could not install it';
};
