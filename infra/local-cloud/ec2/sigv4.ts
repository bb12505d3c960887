import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Who may call: made at random when the cloud starts, never written down. */
export interface Credential {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Temporary credentials, as a role on an instance has them, are sent with it. */
  readonly sessionToken?: string;
  /** Who it is, for the log of calls. */
  readonly owner: string;
  /** Actions that it may not do. */
  readonly denied: ReadonlySet<string>;
}

export interface SignedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Verifier {
  readonly region: string;
  readonly service: string;
  readonly nowMs: number;
  readonly credentialOf: (accessKeyId: string) => Credential | undefined;
}

export type Verdict =
  | { readonly kind: 'signed'; readonly by: Credential }
  | { readonly kind: 'refused'; readonly because: 'unsigned' | 'unknown-key' | 'wrong-scope' | 'expired' | 'mismatch' };

const skewAtMostMs = 15 * 60_000;

const refused = (because: Extract<Verdict, { kind: 'refused' }>['because']): Verdict => ({ kind: 'refused', because });

/**
 * Checks AWS Signature Version 4 in the Authorization header: the signature is computed again from what arrived.
 * Source: "Create a signed AWS API request", AWS IAM User Guide.
 */
export const verify = (request: SignedRequest, verifier: Verifier): Verdict => {
  const claim = claimOf(request.headers);
  if (claim === undefined) return refused('unsigned');
  const credential = verifier.credentialOf(claim.accessKeyId);
  if (credential === undefined) return refused('unknown-key');
  if (credential.sessionToken !== undefined && request.headers['x-amz-security-token'] !== credential.sessionToken)
    return refused('unknown-key');
  if (claim.region !== verifier.region || claim.service !== verifier.service) return refused('wrong-scope');
  const atMs = timeOf(claim.time);
  if (atMs === undefined || !claim.time.startsWith(claim.date)) return refused('mismatch');
  if (Math.abs(verifier.nowMs - atMs) > skewAtMostMs) return refused('expired');
  return isSame(signatureOf(request, claim, credential.secretAccessKey), claim.signature)
    ? { kind: 'signed', by: credential }
    : refused('mismatch');
};

interface Claim {
  readonly accessKeyId: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly time: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

const claimOf = (headers: IncomingHttpHeaders): Claim | undefined => {
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request,\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    );
  const time = headers['x-amz-date'];
  if (found === null || typeof time !== 'string') return undefined;
  const [, accessKeyId = '', date = '', region = '', service = '', names = '', signature = ''] = found;
  const signedHeaders = names.split(';');
  return signedHeaders.includes('host') && signedHeaders.includes('x-amz-date')
    ? { accessKeyId, date, region, service, time, signedHeaders, signature }
    : undefined;
};

/** `20150830T123600Z` in milliseconds since 1970. */
const timeOf = (time: string): number | undefined => {
  const found = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(time);
  if (found === null) return undefined;
  const [, year, month, day, hour, minute, second] = found.map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
};

const signatureOf = (request: SignedRequest, claim: Claim, secret: string): string => {
  const scope = `${claim.date}/${claim.region}/${claim.service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', claim.time, scope, sha256(canonical(request, claim.signedHeaders))].join('\n');
  const key = [claim.date, claim.region, claim.service, 'aws4_request'].reduce<Buffer | string>(hmac, `AWS4${secret}`);
  return hmac(key, toSign).toString('hex');
};

const canonical = ({ method, url, headers, body }: SignedRequest, signedHeaders: readonly string[]): string => {
  const query = [...url.searchParams]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
    .join('&');
  const lines = signedHeaders.map((name) => `${name}:${headerText(headers[name])}\n`).join('');
  return [method, url.pathname, query, lines, signedHeaders.join(';'), sha256(body)].join('\n');
};

const headerText = (value: string | readonly string[] | undefined): string =>
  (typeof value === 'string' ? value : (value ?? []).join(',')).trim().replace(/ +/g, ' ');

const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

const sha256 = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex');

const hmac = (key: Buffer | string, data: string): Buffer => createHmac('sha256', key).update(data).digest();

const isSame = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
