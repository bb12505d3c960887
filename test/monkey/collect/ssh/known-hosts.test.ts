import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  fingerprint,
  hashedName,
  hostKeyOf,
  judgeHostKey,
  knownName,
  knownTypes,
  lineFinder,
  linesOf,
  parseKnownHosts,
} from '../../../../monkey/collect/ssh/known-hosts.ts';

const blob = (type: string, rest: string): string => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  return Buffer.concat([length, Buffer.from(type), Buffer.from(rest)]).toString('base64');
};
const one = { type: 'ssh-ed25519', base64: blob('ssh-ed25519', 'one') };
const two = { type: 'ssh-ed25519', base64: blob('ssh-ed25519', 'two') };
const rsa = { type: 'ssh-rsa', base64: blob('ssh-rsa', 'rsa') };

const hashed = (name: string, salt = 'salt of twenty bytes'): string =>
  `|1|${Buffer.from(salt).toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;

const verdict = (text: string, name: string, key = one, bare = '') => {
  const known = parseKnownHosts([{ file: 'known_hosts', text }]);
  return judgeHostKey(linesOf(known, name), key, bare === '' ? [] : linesOf(known, bare));
};
const line = (names: string, key = one, marker = ''): string => `${marker}${names} ${key.type} ${key.base64}`;

describe('known hosts', () => {
  test.each([
    ['a plain name', line('web'), 'web'],
    ['one of several names', line('10.0.0.1,web,db'), 'web'],
    ['a name in other letters', line('WEB.Example.org'), 'web.example.org'],
    ['a port', line('[web]:2222'), '[web]:2222'],
    ['a hash', line(hashed('web')), 'web'],
    ['a hash with a port', line(hashed('[::1]:2222')), '[::1]:2222'],
    ['a wildcard', line('*.example.org'), 'web.example.org'],
    ['a wildcard in brackets', line('[10.0.0.?]:2222'), '[10.0.0.7]:2222'],
    ['a comment at its end', `${line('web')} root@web # installed in May`, 'web'],
    ['several lines of the host', `${line('web', rsa)}\n${line('web', two)}\n${line('web')}`, 'web'],
    ['lines that nobody understands around it', `web\n# x\n\nweb 1024 35 99\n@odd web x y\n${line('web')}`, 'web'],
    ['ends of lines of DOS', `${line('db')}\r\n${line('web')}\r\n`, 'web'],
  ])('knows a host by %s', (_how, text, name) => {
    expect(verdict(text, name)).toEqual({ kind: 'known' });
  });

  test.each([
    ['nothing', '', 'web'],
    ['another name', line('web2'), 'web'],
    ['another port', line('[web]:2222'), '[web]:2223'],
    ['a negated wildcard', line('*.example.org,!web.example.org'), 'web.example.org'],
    ['the hash of another', line(hashed('web2')), 'web'],
    ['a damaged hash', line('|1|x'), 'web'],
    ['a hash of a kind that is not known', line(hashed('web').replace('|1|', '|2|')), 'web'],
  ])('does not know a host by %s', (_how, text, name) => {
    expect(verdict(text, name)).toEqual({ kind: 'unknown' });
  });

  test('calls a host changed that shows another key, and names the line of the same type', () => {
    expect(verdict(`${line('web', rsa)}\n${line('web', two)}`, 'web')).toEqual({
      kind: 'changed',
      file: 'known_hosts',
      line: 2,
      type: 'ssh-ed25519',
    });
  });

  test('calls a host changed that is known by other types of keys alone: a new type is no proof', () => {
    expect(verdict(line('web', rsa), 'web')).toMatchObject({ kind: 'changed', line: 1, type: 'ssh-rsa' });
  });

  test('refuses a revoked key, also where another line knows it', () => {
    const text = `${line('web')}\n${line('*', one, '@revoked ')}`;
    expect(verdict(text, 'web')).toEqual({ kind: 'revoked', file: 'known_hosts', line: 2 });
    expect(verdict(line('*', two, '@revoked '), 'web')).toEqual({ kind: 'unknown' });
  });

  test('does not take an authority for the key of a host', () => {
    expect(verdict(line('*', one, '@cert-authority '), 'web')).toMatchObject({ kind: 'authority-only', line: 1 });
    expect(verdict(`${line('*', two, '@cert-authority ')}\n${line('web')}`, 'web')).toEqual({ kind: 'known' });
  });

  test('takes the key of the bare name for a host on another port, and calls nobody changed by it', () => {
    expect(verdict(line('web'), '[web]:2222', one, 'web')).toEqual({ kind: 'known' });
    expect(verdict(line('web', two), '[web]:2222', one, 'web')).toEqual({ kind: 'unknown' });
  });

  test('names hosts as ssh does, and types that it knows', () => {
    expect(knownName('Web', 22, null)).toBe('web');
    expect(knownName('::1', 2222, null)).toBe('[::1]:2222');
    expect(knownName('10.0.0.1', 2222, 'Alias')).toBe('alias');
    const known = parseKnownHosts([{ file: 'f', text: `${line('web', rsa)}\n${line('web')}\n${line('web', two)}` }]);
    expect(knownTypes(linesOf(known, 'web'))).toEqual(['ssh-rsa', 'ssh-ed25519']);
  });

  test('shows a key as ssh-keygen does', () => {
    const key = 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
    expect(hostKeyOf(Buffer.from(key, 'base64'))).toEqual({ type: 'ssh-ed25519', base64: key });
    expect(fingerprint(key)).toBe('SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU');
  });

  test('finds a key under any name that it was written for, plain or hashed', () => {
    const name = fc.domain();
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 20 }), fc.nat(), fc.boolean(), (names, pick, hash) => {
        const wanted = names[pick % names.length]!;
        const text = names.map((each) => line(hash ? hashed(each) : each)).join('\n');
        expect(verdict(text, wanted)).toEqual({ kind: 'known' });
        expect(verdict(text, wanted, two).kind).toBe('changed');
      }),
    );
  });

  test('never throws and never believes, whatever stands in a file', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(verdict(text, 'web').kind).not.toBe('known');
      }),
    );
  });

  test('finds hashed lines of many hosts, each as often as it is asked for, and hides none by another', () => {
    const names = ['web', 'db', '[web]:2222'];
    const text = [...names, ...names].map((name, index) => line(hashed(name, `salt ${index}`))).join('\n');
    const find = lineFinder(parseKnownHosts([{ file: 'f', text: `${text}\n${line('*', rsa)}` }]));
    for (const round of [1, 2])
      for (const [index, name] of names.entries())
        expect([round, find(name).map((each) => each.line)]).toEqual([round, [index + 1, index + 4, 7]]);
    expect(find('stranger').map((each) => each.line)).toEqual([7]);
  });

  test('hashes a name so that it is found again, and read by nobody', () => {
    const written = hashedName('[web]:2222', Buffer.from('salt of twenty bytes'));
    expect(written).toBe(hashed('[web]:2222'));
    expect(verdict(line(written), '[web]:2222')).toEqual({ kind: 'known' });
  });

  test('is not held up by a pattern of many stars', () => {
    expect(verdict(line(`${'*a'.repeat(200)}b`), 'a'.repeat(5_000))).toEqual({ kind: 'unknown' });
  });
});
