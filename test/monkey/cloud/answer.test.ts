import { expect, test } from '@jest/globals';
import { answerOf } from '../../../monkey/cloud/answer.ts';

/** An error as the SDK makes it of EC2's answer. */
const ec2Error = (name: string, httpStatusCode: number) =>
  Object.assign(new Error(`${name} it is`), { name, $fault: 'client', $metadata: { httpStatusCode } });
const socketError = (code: string) => Object.assign(new Error(`connect ${code}`), { code });
const failed = (error: unknown, sent = true) => answerOf({ kind: 'failed', error, sent });

test('a call that came through was accepted', () => {
  expect(answerOf({ kind: 'done' })).toEqual({ kind: 'accepted' });
});

test.each([
  ['InvalidInstanceID.NotFound', 400],
  ['InvalidInstanceID.Malformed', 400],
  ['IncorrectInstanceState', 400],
  ['UnauthorizedOperation', 403],
  ['AuthFailure', 401],
  ['DryRunOperation', 412],
])('%s is a no for good', (code, status) => {
  expect(failed(ec2Error(code, status))).toEqual({ kind: 'refused', code, because: `${code}: ${code} it is` });
});

test.each([
  ['RequestLimitExceeded', 503],
  ['Throttling', 400],
  ['InternalError', 500],
  ['Unavailable', 503],
  ['Whatever', 429],
])('%s (%i) means not now', (code, status) => {
  expect(failed(ec2Error(code, status))).toMatchObject({ kind: 'throttled', code });
});

test.each(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'CERT_HAS_EXPIRED'])(
  '%s comes before a byte could be sent: nothing was begun',
  (code) => {
    expect(failed(socketError(code))).toMatchObject({ kind: 'throttled', code });
  },
);

test.each([
  ['a connection that ended', socketError('ECONNRESET')],
  ['a time-out', Object.assign(new Error('too late'), { name: 'TimeoutError' })],
  [
    'a gateway’s page',
    Object.assign(new Error('Unknown'), { name: 'Unknown', $fault: 'server', $metadata: { httpStatusCode: 502 } }),
  ],
  ['an answer that is no XML', Object.assign(new Error('parse error'), { $metadata: { httpStatusCode: 200 } })],
  ['something that is no error', 'nonsense'],
  ['nothing', undefined],
])('%s may hide that it was accepted', (_what, error) => {
  expect(failed(error)).toMatchObject({ kind: 'unknown', because: expect.any(String) });
});

test('what was never sent was never begun, whatever went wrong', () => {
  expect(failed(Object.assign(new Error('no role'), { name: 'CredentialsProviderError' }), false)).toEqual({
    kind: 'throttled',
    code: 'CredentialsProviderError',
    because: 'CredentialsProviderError: no role',
  });
});
