/** Certificates for loopback, made by openssl for one test run. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Certificates {
  readonly dir: string;
  /** Paths of PEM files. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** PEM text of {@link ca}. */
  readonly caText: string;
  readonly remove: () => Promise<void>;
}

/** Why there can be no certificates here. */
export const withoutOpenssl = (): string | undefined => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'openssl is not installed';
  }
};

/** An authority, and a certificate by it for the name `redis.test` and no address. */
export const makeCertificates = async (): Promise<Certificates> => {
  const dir = await mkdtemp(join(tmpdir(), 'certificates-'));
  const file = (name: string): string => join(dir, name);
  const openssl = (...args: readonly string[]) => promisify(execFile)('openssl', [...args], { cwd: dir });
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  await openssl(
    'req',
    '-x509',
    ...ec,
    '-days',
    '2',
    '-subj',
    '/CN=test authority',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
  );
  await openssl('req', ...ec, '-subj', '/CN=redis.test', '-keyout', 'redis.key', '-out', 'redis.csr');
  await writeFile(file('names'), 'subjectAltName=DNS:redis.test\n');
  await openssl(
    ...['x509', '-req', '-in', 'redis.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2'],
    ...['-extfile', 'names', '-out', 'redis.pem'],
  );
  return {
    ...{ dir, ca: file('ca.pem'), cert: file('redis.pem'), key: file('redis.key') },
    caText: await readFile(file('ca.pem'), 'utf8'),
    remove: () => rm(dir, { recursive: true, force: true }),
  };
};
