/** Many hosts that are one sshd on loopback, each with an answer of its own, whatever it is asked to run. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LocalSshd, type LocalSshdOptions, startLocalSshd } from './local-sshd.ts';

export type CannedHostsOptions = Omit<LocalSshdOptions, 'forceCommand' | 'address'>;

/** @param answers by address, like 127.0.1.7: any of 127.0.0.0/8 will do */
export const startCannedHosts = async (
  answers: ReadonlyMap<string, string>,
  options: CannedHostsOptions,
): Promise<LocalSshd> => {
  const folder = await mkdtemp(join(tmpdir(), 'canned-hosts-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 3 });
  try {
    await Promise.all([...answers].map(([address, text]) => writeFile(join(folder, address), text)));
    // The third word of SSH_CONNECTION is the address that was connected to.
    const forceCommand = `set -- $SSH_CONNECTION; exec cat ${folder}/$3`;
    const sshd = await startLocalSshd({ ...options, forceCommand, address: 'all-loopback' });
    const stop = sshd.stop.bind(sshd);
    // Not a copy: what it tells of itself changes when it is started again.
    return Object.assign(sshd, {
      stop: async () => {
        await stop();
        await remove();
      },
    });
  } catch (error) {
    await remove();
    throw error;
  }
};
