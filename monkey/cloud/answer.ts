import { codeOf, messageOf } from '../../pool/thrown.ts';
import type { PowerAnswer } from '../doctor/ports/power.ts';

/** How a call of the SDK ended. */
export type CallOutcome =
  | { readonly kind: 'done' }
  /** `sent` is false only where it is certain that no byte of the request has left. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly sent: boolean };

/** What the SDK tells of an answer that was an error. Sources: the SDK's ServiceException; "Error codes" of the EC2 API. */
interface Failure {
  readonly code: string;
  readonly because: string;
  /** HTTP status of EC2's own answer; undefined where there was none, or only a gateway's page. */
  readonly status: number | undefined;
}

/** EC2's codes for "not now". Every other code of a 4xx is final. */
const throttling = new Set([
  'RequestLimitExceeded',
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'RequestThrottled',
  'RequestThrottledException',
  'TooManyRequestsException',
  'SlowDown',
  'EC2ThrottledException',
  'BandwidthLimitExceeded',
]);

/** Errors of a connection that never came to be, so that nothing can have been sent on it. */
const neverConnected = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_HAS_EXPIRED',
]);

/** Says what a call's end means for whoever wants a machine rebooted. In doubt it may have been accepted: `unknown`. */
export const answerOf = (outcome: CallOutcome): PowerAnswer => {
  if (outcome.kind === 'done') return { kind: 'accepted' };
  const { code, because, status } = failureOf(outcome.error);
  if (!outcome.sent || neverConnected.has(code)) return { kind: 'throttled', code, because };
  if (status === undefined) return { kind: 'unknown', because };
  if (throttling.has(code) || status === 429 || status >= 500) return { kind: 'throttled', code, because };
  return { kind: 'refused', code, because };
};

/** The name, the words and the status of an error of the SDK, of a socket, or of anything else that was thrown. */
const failureOf = (error: unknown): Failure => {
  const name = typeof error === 'object' && error !== null && 'name' in error ? String(error.name) : 'Error';
  const code = codeOf(error) ?? name;
  return { code, because: `${code}: ${messageOf(error)}`, status: statusOf(error, name) };
};

/** Only what came as an error of the service has `$fault`; without a code in it the SDK calls it `Unknown`. */
const statusOf = (error: unknown, name: string): number | undefined => {
  if (typeof error !== 'object' || error === null || !('$fault' in error) || name === 'Unknown') return undefined;
  const metadata = '$metadata' in error ? error.$metadata : undefined;
  const has = typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata;
  return has && typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
};
