import { expect, test } from '@jest/globals';
import { networkCause } from '../../../pool/redis/network-cause.ts';

test('says where to look, and keeps the code to search for', () => {
  expect(networkCause('ECONNREFUSED')).toBe('nobody listens there (ECONNREFUSED)');
  expect(networkCause('ERR_SSL_WRONG_VERSION_NUMBER')).toBe(
    'it does not speak TLS: is this the port for redis:// without it? (ERR_SSL_WRONG_VERSION_NUMBER)',
  );
});

test('a code that it does not know is told as it is', () => {
  expect(networkCause('EFOO')).toBe('EFOO');
});
