import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The AWS CLI of this machine, or why there is none. */
export type AwsCli =
  | { readonly kind: 'found'; readonly command: string }
  | { readonly kind: 'missing'; readonly because: string };

/** Debian's first, then any; where neither is there, Debian's is installed if we may. */
export const findAwsCli = async (): Promise<AwsCli> => {
  for (const command of ['/usr/bin/aws', 'aws']) if (await works(command)) return { kind: 'found', command };
  if (process.getuid?.() !== 0) return { kind: 'missing', because: 'there is no `aws`, and only root may install it' };
  try {
    const options = { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeout: 300_000 };
    const lock = ['-o', 'DPkg::Lock::Timeout=120'];
    await run('apt-get', [...lock, 'install', '-y', '--no-install-recommends', 'awscli'], options);
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return { kind: 'missing', because: `there is no \`aws\`, and apt-get does not install it: ${reason}` };
  }
  return (await works('/usr/bin/aws'))
    ? { kind: 'found', command: '/usr/bin/aws' }
    : { kind: 'missing', because: 'apt-get installed awscli, but it does not run' };
};

const works = (command: string): Promise<boolean> =>
  run(command, ['--version'], { timeout: 30_000 }).then(
    () => true,
    () => false,
  );
