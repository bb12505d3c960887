import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { commandName, distinctNames, hostName, hostTag } from '../../../../monkey/collect/format/names.ts';

describe('the name of a command', () => {
  test.each([
    ['cupsd', 'cupsd'],
    ['tmux: server', 'tmux__server'],
    ['kworker/0:1', 'kworker-0_1'],
    ['Web Content', 'Web_Content'],
    ['(sd-pam)', '_sd-pam_'],
    ['python3.11', 'python3_11'],
    ['a|b@c#d,e\nf\tg', 'a_b_c_d_e_f_g'],
    ['*?[x]{y}$;=%\\"', '___x__y_______'],
    ['café', 'caf_ue9'],
    ['日本', '_u65e5_u672c'],
    ['🐒', '_u1f412'],
    ['', 'unnamed'],
  ])('%j is %s', (command, name) => {
    expect(commandName(command)).toBe(name);
  });

  test('of a long command is cut, and still tells two apart', () => {
    const [one, other] = [commandName(`${'x'.repeat(80)}1`), commandName(`${'x'.repeat(80)}2`)];
    expect(one).toMatch(/^x{57}_[0-9a-f]{6}$/);
    expect(one).not.toBe(other);
  });

  test('keeps nothing of the answer that the command stood in', () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    collect();
    const before = process.memoryUsage().heapUsed;
    // What has no other character than its name's is kept as it was given.
    for (let host = 0; host < 500; host += 1)
      commandName(`${'-'.repeat(200_000)}\nlong-command-${host}`.slice(200_001));
    collect();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(20_000_000);
  });

  test('of any text whatever is a name that statsd and Graphite leave as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (command) => {
        expect(commandName(command)).toMatch(/^[\w-]{1,64}$/);
        expect(hostName(command)).toMatch(/^[\w-]{1,180}$/);
        expect(hostTag(command)).toMatch(/^[\w.-]{1,180}$/);
      }),
    );
  });
});

describe('the name of a host', () => {
  test.each([
    ['web-1.example.org', 'web-1-example-org', 'web-1.example.org'],
    ['10.0.0.7', '10-0-0-7', '10.0.0.7'],
    ['::1', '--1', '--1'],
    ['fe80::1%eth0', 'fe80--1_eth0', 'fe80--1_eth0'],
    ['a:22', 'a_22', 'a_22'],
    ['a:2222', 'a_2222', 'a_2222'],
    ['10.0.0.7:2222', '10-0-0-7_2222', '10.0.0.7_2222'],
    ['[::1]:2222', '--1_2222', '--1_2222'],
  ])('%s is %s in a path and %s in a tag', (host, name, tag) => {
    expect([hostName(host), hostTag(host)]).toEqual([name, tag]);
  });
});

describe('distinct names', () => {
  test('leave a name alone that is in nobody’s way', () => {
    expect([...distinctNames(['tmux: server', 'cupsd'], commandName).values()]).toEqual(['tmux__server', 'cupsd']);
  });

  test('keep whoever is really called so, and give the others the beginning of their digest', () => {
    const names = distinctNames(['a_b', 'a b', 'a:b', 'a/b'], commandName);
    expect(names.get('a_b')).toBe('a_b');
    expect(names.get('a/b')).toBe('a-b');
    expect(names.get('a b')).toMatch(/^a_b_[0-9a-f]{6}$/);
    expect(names.get('a:b')).toBe('a_b_6783a3');
    expect(new Set(names.values()).size).toBe(4);
  });

  test('do not depend on the order, and tell web.1 from web-1', () => {
    const forth = distinctNames(['web.1', 'web-1', 'web:1'], hostName);
    expect(distinctNames(['web:1', 'web-1', 'web.1'], hostName)).toEqual(forth);
    expect(forth.get('web-1')).toBe('web-1');
    expect(forth.get('web.1')).toMatch(/^web-1_/);
  });

  test('are distinct, whatever the names are, and also where one is called as another would be', () => {
    const near = fc.stringMatching(/^[ab][_ :/.|-][ab]?$/);
    fc.assert(
      fc.property(fc.uniqueArray(fc.oneof(near, fc.string({ unit: 'binary', maxLength: 15 }))), (wholes) => {
        const first = distinctNames(wholes, commandName);
        const names = distinctNames([...wholes, ...first.values()], commandName);
        expect(new Set(names.values()).size).toBe(names.size);
      }),
    );
  });
});
