import { describe, expect, test } from '@jest/globals';
import { afterFailure, blamesNode, type Failure, reasonOf, refusalFor } from '../../../proxy/forward/failure.ts';

const failure = (rest: Partial<Failure> = {}): Failure => ({
  kind: 'failed',
  because: 'reset',
  sent: true,
  reused: false,
  ...rest,
});
const safe = { isSafe: true, bodyTouched: false, sentFailures: 1, unsentFailures: 1, isLate: false, isSlow: false };
const unsafe = { ...safe, isSafe: false };

describe('after a failed try', () => {
  test('a request of which nothing was sent is tried again for free, whatever its method', () => {
    expect(afterFailure(failure({ sent: false }), unsafe)).toEqual({ kind: 'try-again', isFree: true });
    expect(afterFailure(failure({ sent: false }), safe)).toEqual({ kind: 'try-again', isFree: true });
  });

  test('a safe request that was sent is tried again, and that counts', () => {
    expect(afterFailure(failure(), safe)).toEqual({ kind: 'try-again', isFree: false });
  });

  test('an unsafe request that was sent is not', () => {
    expect(afterFailure(failure(), unsafe)).toEqual({ kind: 'give-up' });
  });

  test('a request whose body was begun is not, because the body is gone', () => {
    expect(afterFailure(failure(), { ...safe, bodyTouched: true })).toEqual({ kind: 'give-up' });
  });

  test('what was sent is sent once more and never again', () => {
    expect(afterFailure(failure(), { ...safe, sentFailures: 2 })).toEqual({ kind: 'give-up' });
  });

  test('a request that takes long on a node that answers others is not tried again', () => {
    expect(afterFailure(failure({ because: 'first-byte-timeout' }), { ...safe, isSlow: true })).toEqual({
      kind: 'give-up',
    });
  });

  test.each([safe, unsafe])(
    'five nodes may be asked in vain before anything is sent, also after a retry',
    (request) => {
      const then = (unsentFailures: number) => afterFailure(failure({ sent: false }), { ...request, unsentFailures });
      expect(then(4)).toEqual({ kind: 'try-again', isFree: true });
      expect(then(5)).toEqual({ kind: 'give-up' });
    },
  );

  test('no further node is asked once that has taken as long as an answer may', () => {
    expect(afterFailure(failure({ sent: false }), { ...safe, isLate: true })).toEqual({ kind: 'give-up' });
    expect(afterFailure(failure(), { ...safe, isLate: true })).toEqual({ kind: 'try-again', isFree: false });
  });
});

test.each([
  ['ECONNREFUSED', 'refused'],
  ['ECONNRESET', 'reset'],
  ['EHOSTUNREACH', 'unreachable'],
  ['HPE_INVALID_CONSTANT', 'invalid-answer'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
  ['ADDRESS_FORBIDDEN', 'forbidden-address'],
  ['EWHATEVER', 'other'],
])('%s means %s', (code, reason) => {
  expect(reasonOf(Object.assign(new Error('x'), { code }))).toBe(reason);
});

test('knows no reason in what is no error', () => {
  expect(reasonOf('boom')).toBe('other');
  expect(reasonOf(new Error('boom'))).toBe('other');
});

test('blames a node for what the node did, never for a client or a drain', () => {
  expect(blamesNode('first-byte-timeout')).toBe(true);
  expect(blamesNode('refused')).toBe(true);
  expect(blamesNode('client-stalled')).toBe(false);
  expect(blamesNode('client-too-slow')).toBe(false);
  expect(blamesNode('retired')).toBe(false);
});

test('tells who was late: node 504, client 408, else 502', () => {
  expect(refusalFor('first-byte-timeout').status).toBe(504);
  expect(refusalFor('client-stalled').status).toBe(408);
  expect(refusalFor('refused').status).toBe(502);
});
