import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

const works = (): boolean =>
  ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].some((path) => existsSync(path)) &&
  spawnSync('ssh-keygen', ['-?'], { timeout: 10_000 }).error === undefined;

/** Why there is no OpenSSH server here; undefined where there is. Installs Debian's where it may. */
export const noOpenSsh = (): string | undefined => {
  if (works()) return undefined;
  if (process.getuid?.() !== 0) return 'no openssh-server here, and no right to install it';
  withoutStartingServices(() => {
    const options = ['-qq', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120'];
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const packages = ['openssh-server', 'openssh-client'];
    const install = () => spawnSync('apt-get', ['install', ...options, ...packages], { env, timeout: 180_000 });
    if (install().status !== 0) {
      spawnSync('apt-get', ['update', '-qq'], { env, timeout: 120_000 });
      install();
    }
  });
  return works() ? undefined : 'no openssh-server here, and apt-get could not install it';
};

const policy = '/usr/sbin/policy-rc.d';

/** Debian starts what it installs. A test wants the program, not a machine that has become reachable on port 22. */
const withoutStartingServices = (install: () => void): void => {
  const ours = !existsSync(policy);
  if (ours) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    install();
  } finally {
    if (ours) rmSync(policy, { force: true });
  }
};
