import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import ssh2 from 'ssh2';
import { cli } from '../../../support/cli.ts';

const { utils } = ssh2;

let folder: string;
let key: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'collect-'));
  key = join(folder, 'key');
  await writeFile(key, 'garbage\n');
});
afterAll(() => rm(folder, { recursive: true }));

const anyKeyPair = (passphrase?: string) =>
  passphrase === undefined
    ? utils.generateKeyPairSync('ed25519')
    : utils.generateKeyPairSync('ed25519', { passphrase, cipher: 'aes256-ctr', rounds: 2 });

/** ssh2 drops the zero that one public key in 256 begins with, and then can't read its own pair. */
const keyPair = (passphrase?: string): ReturnType<typeof anyKeyPair> => {
  for (;;) {
    const pair = anyKeyPair(passphrase);
    if (!(utils.parseKey(pair.public) instanceof Error)) return pair;
  }
};

const collect = (...args: readonly string[]) =>
  cli(['collect', '-F', 'none', ...args], { env: { HOME: '/nonexistent' } });

describe('collect ends with 2 and a sentence', () => {
  test.each<[string, readonly string[], RegExp]>([
    ['for no hosts', [], /^monkey: no hosts: give --hosts a,b:2222, --hosts-file FILE or --pool\n$/],
    ['for an empty list', ['--hosts', ' , '], /^monkey: no host is named/],
    ['for a host that is none', ['--hosts', 'a,b c'], /^monkey: --hosts: "b c" is no host/],
    ['for a port that is none', ['--hosts', 'a:0'], /no port from 1 to 65535/],
    [
      'for a key that is not there',
      ['--hosts', 'a', '-i', '/no/key'],
      /^monkey: -i: \/no\/key can't be read: it is not there\n$/,
    ],
    [
      'for a directory as key',
      ['--hosts', 'a', '-i', '/tmp'],
      /^monkey: -i: \/tmp is a directory; a file is wanted\n$/,
    ],
    [
      'for hosts that are not there',
      ['--hosts-file', '/no/hosts'],
      /^monkey: --hosts-file: \/no\/hosts can't be read: it is not there\n$/,
    ],
    [
      'for a directory of hosts',
      ['--hosts-file', '/tmp'],
      /^monkey: --hosts-file: \/tmp can't be read: it is a directory\n$/,
    ],
    [
      'for known hosts that are not there',
      ['--hosts', 'a', '--known-hosts', '/no/k'],
      /^monkey: --known-hosts: \/no\/k can't be read/,
    ],
    [
      'for an ssh configuration that is not there',
      ['--hosts', 'a', '-F', '/no/config'],
      /^monkey: -F: \/no\/config can not be read/,
    ],
    [
      'for a folder that is not there',
      ['--hosts', 'a', '--prometheus-file', '/no/x.prom'],
      /^monkey: --prometheus-file: nothing can be written into \/no: it is not there\n$/,
    ],
    [
      'for a directory in place of a file',
      ['--hosts', 'a', '--prometheus-file', '/tmp'],
      /^monkey: --prometheus-file: \/tmp is a directory/,
    ],
    ['for a jump host that is none', ['--hosts', 'a', '-J', 'foo bar'], /^monkey: -J: "foo bar" is no host/],
    ['for an option that is none', ['--hosts', 'a', '--statd', 'b'], /^monkey: unknown option '--statd'/],
    ['for an argument that is none', ['a'], /^monkey: too many arguments/],
  ])('%s', async (_what, args, because) => {
    const { exit, out, err } = await collect(...args);
    expect([exit, out]).toEqual([2, '']);
    expect(err).toMatch(because);
  });

  test.each<[string, string, string | undefined, RegExp]>([
    ['that is garbage', 'garbage\n', undefined, /is no private key that can be read/],
    ['that is a public one', keyPair().public, undefined, /is a public key: name the private one\n$/],
    [
      'that is encrypted',
      keyPair('meow').private,
      undefined,
      /is encrypted: .* put its passphrase in DOCTOR_MONKEY_SSH_PASSPHRASE\n$/,
    ],
    ['with another passphrase', keyPair('meow').private, 'woof', /is not opened by DOCTOR_MONKEY_SSH_PASSPHRASE\n$/],
  ])('for a key %s, before a host is asked', async (_what, text, passphrase, because) => {
    const file = join(folder, 'bad');
    await writeFile(file, text);
    const env = { HOME: '/nonexistent', ...(passphrase !== undefined && { DOCTOR_MONKEY_SSH_PASSPHRASE: passphrase }) };
    const { exit, out, err } = await cli(['collect', '-F', 'none', '--hosts', 'a', '-i', file], { env });
    expect([exit, out]).toEqual([2, '']);
    expect(err).toMatch(because);
    expect(err.startsWith(`monkey: -i: ${file} `)).toBe(true);
  });

  test('not for a good key that others may read, of which a warning is said', async () => {
    const file = join(folder, 'open');
    await writeFile(file, keyPair().private, { mode: 0o644 });
    const { exit, err } = await collect('--hosts', '127.0.0.1:1', '-i', file, '--once');
    expect(exit).toBe(1);
    expect(err).toBe(`! -i: ${file} may be read by others than you (mode 0644): chmod 600 ${file}\n`);
  });

  test('not for a file that node_exporter would not read, of which a warning is said', async () => {
    const file = join(folder, 'x.txt');
    const { err } = await collect('--hosts', '127.0.0.1:1', '--prometheus-file', file, '--once');
    expect(err).toBe(`! --prometheus-file: node_exporter reads files alone that end in .prom, and ${file} does not\n`);
  });

  test('of many lines where much is wrong', async () => {
    const { exit, err } = await collect('--interval', 'x', '--hosts', 'a:b', '-i', '/no/key', '-i', key, '--top', '0');
    expect(exit).toBe(2);
    expect(err.split('\n')).toEqual([
      'monkey: 5 problems',
      expect.stringMatching(/^ {2}--interval: /),
      expect.stringMatching(/^ {2}--top: /),
      expect.stringMatching(/^ {2}-i: \/no\/key/),
      `  -i: ${key} is no private key that can be read: Unsupported key format`,
      expect.stringMatching(/^ {2}--hosts: "a:b"/),
      '',
    ]);
  });

  test('in JSON for programs', async () => {
    const { exit, out } = await collect('--hosts', 'a:b', '--json');
    expect([exit, JSON.parse(out)]).toEqual([2, { error: { kind: 'usage', because: expect.any(String), exit: 2 } }]);
  });
});
