import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { makeKey, type SshKey } from '../../../infra/local-sshd/keys.ts';
import { type LocalSshd, type LocalSshdOptions, startLocalSshd } from '../../../infra/local-sshd/local-sshd.ts';
import { eventually } from '../../support/eventually.ts';
import { noOpenSsh } from '../../support/openssh.ts';
import { describeUnless } from '../../support/unless.ts';

const run = promisify(execFile);

describeUnless(noOpenSsh())('a local sshd', () => {
  let dir: string;
  let key: SshKey;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'sshd-test-'));
    key = await makeKey(dir, 'ed25519');
  });
  afterAll(() => rm(dir, { recursive: true, force: true }));

  const withSshd = async (
    options: Partial<LocalSshdOptions>,
    body: (sshd: LocalSshd) => Promise<void>,
  ): Promise<void> => {
    const sshd = await startLocalSshd({ authorizedKeys: [key.publicLine], ...options });
    await body(sshd).finally(() => sshd.stop());
  };

  /** OpenSSH's own client: the rig is proven by what it stands in for. */
  const ssh = async (sshd: LocalSshd, host: string, command: string): Promise<string> => {
    const file = join(dir, `known-${host}-${sshd.port}`);
    await writeFile(file, sshd.knownHosts(host));
    const options = ['BatchMode=yes', `UserKnownHostsFile=${file}`, 'StrictHostKeyChecking=yes', 'IdentitiesOnly=yes'];
    const flags = options.flatMap((option) => ['-o', option]);
    const args = ['-F', 'none', ...flags, '-i', key.file, '-p', String(sshd.port), `${sshd.user}@${host}`, command];
    return (await run('ssh', args, { timeout: 20_000 })).stdout;
  };

  test('lets in the key that it was given and runs what is asked', () =>
    withSshd({}, async (sshd) => {
      expect(await ssh(sshd, '127.0.0.1', 'echo hello')).toBe('hello\n');
    }));

  test('is many hosts at once where it listens on all of loopback', () =>
    withSshd({ address: 'all-loopback', forceCommand: 'echo canned' }, async (sshd) => {
      const hosts = ['127.0.0.1', '127.0.7.9', '127.200.0.3'];
      expect(await Promise.all(hosts.map((host) => ssh(sshd, host, 'true')))).toEqual(hosts.map(() => 'canned\n'));
    }));

  test('has the host keys that were asked for, and others after a restart with new ones', () =>
    withSshd({ hostKeys: ['ed25519', 'ecdsa', 'rsa'] }, async (sshd) => {
      const before = sshd.knownHosts('127.0.0.1');
      expect(before.split('\n').map((line) => line.split(' ')[1])).toEqual([
        'ssh-ed25519',
        'ecdsa-sha2-nistp256',
        'ssh-rsa',
        undefined,
      ]);
      await sshd.restart({ newHostKeys: true });
      expect(sshd.knownHosts('127.0.0.1')).not.toBe(before);
      expect(await ssh(sshd, '127.0.0.1', 'echo again')).toBe('again\n');
    }));

  test('ends connections when told to, and lives on', () =>
    withSshd({}, async (sshd) => {
      const sleeping = ssh(sshd, '127.0.0.1', 'sleep 60').then(
        () => 'came to its end',
        () => 'was cut',
      );
      await eventually('a session with its command', async () => (await sshd.sessions()).length >= 2);
      await sshd.killSessions();
      expect(await sleeping).toBe('was cut');
      expect(await ssh(sshd, '127.0.0.1', 'echo alive')).toBe('alive\n');
    }));
});
