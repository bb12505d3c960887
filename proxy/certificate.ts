/*
 * The certificate that clients see, and its key. Both files are looked at again and again.
 *
 * INVARIANTS
 * - A certificate that cannot be used never replaces one that can; why is told once for each.
 * - New files are used once they have been the same twice: between the new certificate and its new key they do not fit.
 */
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { Clock } from '../pool/clock.ts';
import type { Log } from '../pool/log.ts';

export interface CertificateFiles {
  /** PEM: the certificate, then those between it and the authority. */
  readonly cert: string;
  /** PEM, without a passphrase. */
  readonly key: string;
}

export interface Certificate {
  readonly cert: string;
  readonly key: string;
  readonly expiresMs: number;
}

export type Read =
  | { readonly kind: 'certificate'; readonly certificate: Certificate; readonly print: string }
  | { readonly kind: 'unusable'; readonly because: string; readonly print: string };

export type ReadFile = (path: string) => Promise<string>;

/** Reads both files; never rejects. `print` stands for what was in them. */
export const readCertificate = async (files: CertificateFiles, readFile: ReadFile, nowMs: number): Promise<Read> => {
  try {
    const [cert, key] = await Promise.all([readFile(files.cert), readFile(files.key)]);
    const print = createHash('sha256').update(`${cert.length} ${cert}${key}`).digest('hex');
    const judged = judge(cert, key, nowMs);
    return typeof judged === 'string'
      ? { kind: 'unusable', because: judged, print }
      : { kind: 'certificate', certificate: { cert, key, expiresMs: judged.getTime() }, print };
  } catch (error) {
    const because = messageOf(error);
    return { kind: 'unusable', because, print: because };
  }
};

/** When it expires, or what is wrong with it. */
const judge = (cert: string, key: string, nowMs: number): Date | string => {
  try {
    const parsed = new X509Certificate(cert);
    if (!parsed.checkPrivateKey(createPrivateKey(key))) return 'the key is not that of the certificate';
    createSecureContext({ cert, key });
    const expires = new Date(parsed.validTo);
    return expires.getTime() <= nowMs ? `it has expired on ${expires.toISOString()}` : expires;
  } catch (error) {
    return `it cannot be read: ${messageOf(error)}`;
  }
};

export interface WatchParts {
  readonly files: CertificateFiles;
  readonly readFile: ReadFile;
  readonly clock: Clock;
  readonly log: Log;
  /** Wall-clock time, for when it expires. */
  readonly wallMs: () => number;
  readonly onNew: (certificate: Certificate) => void;
}

const lookEveryMs = 2_000;
/** Who renews by hand needs some days; who renews by a program has failed for weeks by then. */
const warnBeforeMs = 7 * 86_400_000;
const warnEveryMs = 86_400_000;

/** Looks for new files until it is stopped; the returned function resolves when that is done. */
export const watchCertificate = (first: Read, parts: WatchParts): (() => Promise<void>) => {
  const stopping = new AbortController();
  const watching = watch(first, parts, stopping.signal);
  return async () => {
    stopping.abort();
    await watching;
  };
};

const watch = async (first: Read, parts: WatchParts, signal: AbortSignal): Promise<void> => {
  const { files, readFile, clock, log, wallMs } = parts;
  let [used, seen] = [first, first];
  let judged = first.print;
  let warnAtMs = 0;
  while (!signal.aborted) {
    if (used.kind === 'certificate' && clock.monotonicMs() >= warnAtMs) {
      warnAtMs = clock.monotonicMs() + warnEveryMs;
      warnOfEnd(used.certificate, wallMs(), files, log);
    }
    await clock.sleep(lookEveryMs, signal);
    const read = await readCertificate(files, readFile, wallMs());
    const isSettled = read.print === seen.print;
    seen = read;
    if (!isSettled || read.print === judged) continue;
    judged = read.print;
    if (read.kind === 'unusable')
      log.error('certificate-not-used', { ...files, because: read.because, goesOnWith: 'the one before' });
    else {
      used = read;
      warnAtMs = 0;
      parts.onNew(read.certificate);
      log.info('certificate-renewed', { ...files, expires: new Date(read.certificate.expiresMs).toISOString() });
    }
  }
};

const warnOfEnd = ({ expiresMs }: Certificate, nowMs: number, files: CertificateFiles, log: Log): void => {
  if (expiresMs - nowMs > warnBeforeMs) return;
  log.warn('certificate-expires', { cert: files.cert, expires: new Date(expiresMs).toISOString() });
};

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
