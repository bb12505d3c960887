import { expect, test } from '@jest/globals';
import { parseRevokedKeys } from '../../../../monkey/collect/ssh/revoked-keys.ts';

test('keys that are revoked stand one a line, between comments', () => {
  const read = parseRevokedKeys('# old\n\nssh-ed25519 AAAAone web\r\n  ssh-rsa AAAAtwo=\n');
  expect(read).toEqual({ kind: 'keys', keys: new Set(['AAAAone', 'AAAAtwo=']) });
});

test.each([
  ['SSHKRL\n\0\0', 'is a KRL, which is not read here: name the public keys, one a line'],
  ['ssh-rsa AAAAtwo\nSHA256:abc', 'has no public key in line 2'],
  ['web ssh-rsa AAAAtwo', 'has no public key in line 1'],
])('what is not understood revokes all: %j', (text, because) => {
  expect(parseRevokedKeys(text)).toEqual({ kind: 'problem', because });
});
