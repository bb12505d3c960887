import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addressIn, judgeNodeUrl, neverAllowed, privateNetworks } from '../../pool/url-allowed.ts';

const everything = { allowedNetworks: ['0.0.0.0/0', '::/0'], allowedNames: 'any' } as const;
const inside = { allowedNetworks: privateNetworks };
const because = (url: string, rules: Parameters<typeof judgeNodeUrl>[1] = inside) => {
  const judgement = judgeNodeUrl(url, rules);
  return judgement.kind === 'refused' ? judgement.because : 'allowed';
};

test.each(['http://10.0.0.7:8080', 'https://192.168.1.1', 'http://[fd12:3456::1]:80', 'http://172.31.255.255:1'])(
  'allows %s in a private network',
  (url) => {
    expect(judgeNodeUrl(url, inside)).toEqual({ kind: 'allowed', origin: new URL(url).origin });
  },
);

test.each([
  ['ftp://10.0.0.1', 'ftp: is not http or https'],
  ['javascript:alert(1)', 'javascript: is not http or https'],
  ['10.0.0.1:80', 'not a URL'],
  ['', 'not a URL'],
  ['http://', 'not a URL'],
  ['http://user:secret@10.0.0.1', 'carries a user or a password'],
  ['http://10.0.0.1/admin', 'has more than an origin'],
  ['http://10.0.0.1/?', 'has more than an origin'],
  ['http://10.0.0.1/#x', 'has more than an origin'],
  ['http://10.0.0.1:0', 'port 0 is nowhere'],
  ['http://8.8.8.8', '8.8.8.8 is outside pool.allowedNetworks'],
  ['http://127.0.0.1:6379', '127.0.0.1 is outside pool.allowedNetworks'],
  ['http://localhost:6379', '127.0.0.1 is outside pool.allowedNetworks'],
  ['http://2130706433', '127.0.0.1 is outside pool.allowedNetworks'],
  ['http://evil.example', 'evil.example is a name that pool.allowedNames does not list'],
])('refuses %j because: %s', (url, reason) => {
  expect(because(url)).toBe(reason);
});

test('allows a name only where it is listed', () => {
  expect(because('http://web-1.internal', { ...inside, allowedNames: ['Web-1.internal'] })).toBe('allowed');
  expect(because('http://web-2.internal', { ...inside, allowedNames: ['web-1.internal'] })).toMatch(/does not list/);
});

test('allows loopback, also by the name localhost, where its network is listed', () => {
  const rules = { allowedNetworks: ['127.0.0.0/8', '::1/128'] };
  expect(because('http://127.0.0.1:3000', rules)).toBe('allowed');
  expect(because('http://localhost:3000', rules)).toBe('allowed');
  expect(because('http://[::1]:3000', rules)).toBe('allowed');
});

test.each([
  'http://169.254.169.254',
  'http://169.254.170.2',
  'http://2852039166',
  'http://0xa9.0xfe.0xa9.0xfe',
  'http://0251.0376.0251.0376',
  'http://[::ffff:169.254.169.254]',
  'http://[::ffff:a9fe:a9fe]',
  'http://[::a9fe:a9fe]',
  'http://[64:ff9b::a9fe:a9fe]',
  'http://[2002:a9fe:a9fe::]',
  'http://[fd00:ec2::254]',
  'http://[fe80::1]',
  'http://0.0.0.0:80',
  'http://[::]:80',
  'http://255.255.255.255',
  'http://224.0.0.1',
])('refuses %s under every rule', (url) => {
  expect(because(url, everything)).not.toBe('allowed');
});

test('no link-local address is ever allowed', () => {
  fc.assert(
    fc.property(fc.nat(255), fc.nat(255), (third, fourth) => {
      expect(because(`http://169.254.${third}.${fourth}:8080`, everything)).not.toBe('allowed');
    }),
  );
});

test('never throws, whatever stands in Redis', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(['allowed', 'refused']).toContain(judgeNodeUrl(text, everything).kind);
      expect(['allowed', 'refused']).toContain(judgeNodeUrl(`http://${text}`, inside).kind);
    }),
  );
});

test('judges an address that a name led to', () => {
  expect(neverAllowed('10.0.0.1')).toBeUndefined();
  expect(neverAllowed('::1')).toBeUndefined();
  expect(neverAllowed('169.254.169.254')).toMatch(/link-local/);
  expect(neverAllowed('what')).toMatch(/not an address/);
  expect(addressIn('::ffff:10.1.2.3', ['10.0.0.0/8'])).toBe(true);
  expect(addressIn('nonsense', ['0.0.0.0/0'])).toBe(false);
});
