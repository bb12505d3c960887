/** Why a try on a node brought no answer, and what then. */
import { reasons } from '../headers/reasons.ts';

export type FailureReason =
  | 'refused'
  | 'unreachable'
  | 'forbidden-address'
  | 'connect-timeout'
  | 'tls'
  | 'reset'
  | 'first-byte-timeout'
  | 'node-stalled'
  | 'client-stalled'
  | 'client-too-slow'
  | 'body-too-large'
  | 'invalid-answer'
  | 'cut'
  | 'retired'
  | 'other';

export interface Failure {
  readonly kind: 'failed';
  readonly because: FailureReason;
  /** Any byte of the request may have reached the node. */
  readonly sent: boolean;
  /** The connection had carried requests before: the node may have closed it just then. */
  readonly reused: boolean;
}

/** How a try on a node ended. */
export type TryEnd =
  /** The whole answer has come from the node. */
  | {
      readonly kind: 'answered';
      /** With an error of the server's: 5xx, but not 501, which is about the request. */
      readonly isError?: boolean;
    }
  /** The node died, or stopped, in mid-answer. */
  | { readonly kind: 'cut' }
  | { readonly kind: 'client-gone' }
  | Failure;

const byCode: Readonly<Record<string, FailureReason>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ETIMEDOUT: 'connect-timeout',
  ADDRESS_FORBIDDEN: 'forbidden-address',
};

/** The reason that an error of Node stands for. */
export const reasonOf = (error: unknown): FailureReason => {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : undefined;
  if (typeof code !== 'string') return 'other';
  if (code.startsWith('HPE_')) return 'invalid-answer';
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO/.test(code)) return 'tls';
  return byCode[code] ?? 'other';
};

/** Does this status say something against the node? 501 is about the request. */
export const isServerError = (status: number): boolean => status >= 500 && status !== 501;

const notTheNode: ReadonlySet<FailureReason> = new Set([
  'retired',
  'client-stalled',
  'client-too-slow',
  'body-too-large',
]);

/** Does the failure say something against the node? What a client or a drain did does not. */
export const blamesNode = (because: FailureReason): boolean => !notTheNode.has(because);

export interface TriedRequest {
  /** GET, HEAD, OPTIONS or TRACE: asking twice does no more than asking once (RFC 9110, 9.2.1). */
  readonly isSafe: boolean;
  /** Some of its body was read from the client, so it cannot be sent again. */
  readonly bodyTouched: boolean;
  /** Tries that failed, this one included, once something had been sent … */
  readonly sentFailures: number;
  /** … and before. */
  readonly unsentFailures: number;
  /** As long as a node may take to begin its answer has gone into tries that sent nothing. */
  readonly isLate: boolean;
  /** It got no first byte in time from a node that answered others meanwhile: the next would take as long. */
  readonly isSlow: boolean;
}

/** Nodes that may be asked in vain to take a request of which nothing was sent: each costs its client time. */
const mostUnsent = 5;

export type AfterFailure =
  /** On another node. Free: it asks nothing more of the pool than the try that reaches a node. */
  { readonly kind: 'try-again'; readonly isFree: boolean } | { readonly kind: 'give-up' };

/** A request that was sent is sent once more, if it is safe; until it was, a few nodes are asked to take it. */
export const afterFailure = ({ sent }: Failure, request: TriedRequest): AfterFailure => {
  const { isSafe, bodyTouched, sentFailures, unsentFailures, isLate, isSlow } = request;
  const mayGoOn = sent ? isSafe && !isSlow && sentFailures < 2 : unsentFailures < mostUnsent && !isLate;
  // Where some of its body is gone nothing can be sent again.
  return mayGoOn && !bodyTouched ? { kind: 'try-again', isFree: !sent } : { kind: 'give-up' };
};

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);
export const isSafeMethod = (method: string): boolean => safeMethods.has(method);

export interface Refusal {
  readonly status: number;
  readonly error: string;
  readonly because: string;
}

/** What the client is told in the end. Names no node: who asks from outside need not know them. */
export const refusalFor = (because: FailureReason): Refusal => {
  switch (because) {
    case 'connect-timeout':
    case 'first-byte-timeout':
    case 'node-stalled':
      return { status: 504, error: 'gateway-timeout', because };
    case 'client-stalled':
      return { status: 408, error: 'request-timeout', because };
    case 'client-too-slow':
      return { status: 408, error: 'request-timeout', because: reasons.requestLate };
    case 'body-too-large':
      return { status: 413, error: 'content-too-large', because: 'the body is larger than allowed' };
    case 'refused':
    case 'unreachable':
    case 'forbidden-address':
    case 'tls':
    case 'reset':
    case 'invalid-answer':
    case 'cut':
    case 'retired':
    case 'other':
      return { status: 502, error: 'bad-gateway', because };
  }
};
