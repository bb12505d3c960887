import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

export type KeyKind = 'ed25519' | 'ecdsa' | 'rsa';

export interface MakeKeyOptions {
  readonly passphrase?: string;
  /** OpenSSH's own format, or PEM as older versions wrote it (not of ed25519, which PEM never had). */
  readonly format?: 'openssh' | 'pem';
  readonly comment?: string;
  /** The file's name; the kind by default. */
  readonly name?: string;
}

/** A key pair on disk, made by ssh-keygen. */
export interface SshKey {
  readonly kind: KeyKind;
  /** The private key; the public one is beside it, with `.pub`. */
  readonly file: string;
  /** As it is in authorized_keys: type, base64 and comment. */
  readonly publicLine: string;
  readonly type: string;
  readonly base64: string;
  /** `SHA256:…`, as `ssh-keygen -l` shows it. */
  readonly fingerprint: string;
}

const run = promisify(execFile);

export const makeKey = async (dir: string, kind: KeyKind, options: MakeKeyOptions = {}): Promise<SshKey> => {
  const { passphrase = '', format = 'openssh', comment = 'made for a test', name = kind } = options;
  const file = join(dir, name);
  const inFormat = format === 'pem' ? ['-m', 'PEM'] : [];
  // 2,048 bits are quick to make, and as good to test with.
  const bits = kind === 'rsa' ? ['-b', '2048'] : [];
  // An encrypted one is made to be opened quickly, too.
  const rounds = passphrase === '' ? [] : ['-a', '1'];
  await run('ssh-keygen', [
    '-q',
    '-t',
    kind,
    ...bits,
    ...inFormat,
    ...rounds,
    '-N',
    passphrase,
    '-C',
    comment,
    '-f',
    file,
  ]);
  const publicLine = (await readFile(`${file}.pub`, 'utf8')).trim();
  const [type = '', base64 = ''] = publicLine.split(' ');
  return { kind, file, publicLine, type, base64, fingerprint: fingerprintOf(base64) };
};

const fingerprintOf = (base64: string): string =>
  `SHA256:${createHash('sha256').update(Buffer.from(base64, 'base64')).digest('base64').replace(/=+$/, '')}`;
