import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type HostsSource, readHost, readHosts } from '../../../monkey/collect/hosts.ts';

const list = (text: string): HostsSource => ({ kind: 'list', text });
const file = (text: string, name = 'fleet.txt'): HostsSource => ({ kind: 'file', name, text });

describe('hosts', () => {
  test.each([
    ['web-1', { host: 'web-1', port: null, user: null }],
    ['web-1.example.org:2222', { host: 'web-1.example.org', port: 2222, user: null }],
    ['deploy@10.0.0.7', { host: '10.0.0.7', port: null, user: 'deploy' }],
    ['deploy@corp@web:22', { host: 'web', port: 22, user: 'deploy@corp' }],
    ['my_alias', { host: 'my_alias', port: null, user: null }],
    ['[::1]:22', { host: '::1', port: 22, user: null }],
    ['[2001:db8::7]', { host: '2001:db8::7', port: null, user: null }],
    ['2001:db8::7', { host: '2001:db8::7', port: null, user: null }],
    ['root@[fe80::1%eth0]:65535', { host: 'fe80::1%eth0', port: 65535, user: 'root' }],
  ])('reads %s', (text, target) => {
    expect(readHost(text)).toEqual(target);
  });

  test.each([
    ['web:0', 'port'],
    ['web:65536', 'port'],
    ['web:', 'port'],
    ['web:ssh', 'port'],
    ['[::1', 'bracket'],
    ['[::1]22', 'bracket'],
    ['[web]:22', 'IPv6'],
    ['a:b:c', 'colons'],
    ['@web', 'user'],
    ['-oProxyCommand=x@web', 'user'],
    ['-web', 'no host'],
    ['we b', 'no host'],
    ['a..b', 'no host'],
    ['', 'no host'],
    ['a'.repeat(254), 'no host'],
  ])('says what is wrong with "%s"', (text, word) => {
    const read = readHost(text);
    expect('because' in read ? read.because : 'it was taken').toContain(word);
  });

  test('takes a list and a file together, without comments and blank lines', () => {
    const text = '\uFEFF# the fleet\r\nweb-1\r\n\r\n  web-2:2222   # the new one\nweb-3';
    const read = readHosts([list('a, b:2222,[::1]:22,'), file(text)]);
    expect(read).toMatchObject({ kind: 'hosts', duplicates: [] });
    expect(read.kind === 'hosts' && read.targets.map(({ host, port }) => `${host} ${port}`)).toEqual([
      ...['a null', 'b 2222', '::1 22'],
      ...['web-1 null', 'web-2 2222', 'web-3 null'],
    ]);
  });

  test('takes what is named twice once, and says so', () => {
    const read = readHosts([list('web,db'), file('WEB\nroot@web\nweb:22')]);
    expect(read).toMatchObject({ kind: 'hosts', duplicates: [expect.stringContaining('fleet.txt line 1: "WEB"')] });
    expect(read.kind === 'hosts' && read.targets.length).toBe(4);
  });

  test('tells all that is wrong together, each with its line', () => {
    const read = readHosts([list('a:0,b'), file('ok\nc:99999\n\n-d')]);
    expect(read.kind === 'problems' && read.problems.map((problem) => problem.split(': ')[0])).toEqual([
      '--hosts',
      'fleet.txt line 2',
      'fleet.txt line 4',
    ]);
  });

  test('says of commas in a file that each host has a line of its own', () => {
    expect(readHosts([{ kind: 'file', name: 'fleet.txt', text: 'web,db' }])).toEqual({
      kind: 'problems',
      problems: ['fleet.txt line 1: "web,db" has a comma: write one host a line'],
    });
  });

  test('refuses nobody, and a file that is no list of hosts', () => {
    expect(readHosts([list(' , '), file('# none')]).kind).toBe('problems');
    expect(readHosts([file('host\n'.repeat(20_001))])).toMatchObject({ problems: [expect.stringContaining('20000')] });
    const noise = readHosts([file('!!\n'.repeat(500))]);
    expect(noise.kind === 'problems' && noise.problems.length).toBe(21);
  });

  test('reads back any host as it was written', () => {
    const host = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6());
    const port = fc.option(fc.integer({ min: 1, max: 65_535 }));
    const user = fc.option(fc.stringMatching(/^[a-z_][a-z0-9_.-]{0,20}$/));
    fc.assert(
      fc.property(host, port, user, (name, number, login) => {
        const inner = name.includes(':') ? `[${name}]` : name;
        const text = `${login === null ? '' : `${login}@`}${inner}${number === null ? '' : `:${number}`}`;
        expect(readHost(text)).toEqual({ host: name, port: number, user: login });
      }),
    );
  });

  test('never throws, whatever it is given', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void readHosts([list(text), file(text)])));
  });
});
