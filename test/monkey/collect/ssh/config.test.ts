import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { harmless, parseConfig, type SshConfig, settingsOf } from '../../../../monkey/collect/ssh/config.ts';
import { readSshConfig } from '../../../../monkey/collect/ssh/config-file.ts';
import { defaultSshReaderOptions } from '../../../../monkey/collect/ssh/options.ts';
import { routeOf } from '../../../../monkey/collect/ssh/route.ts';

const parsed = (text: string): SshConfig => {
  const read = parseConfig('config', text);
  if (read.kind === 'problem') throw new Error(read.because);
  return harmless('config', read.lines);
};
const surroundings = { ...defaultSshReaderOptions, home: '/home/me', localUser: 'me' };
const route = (text: string, host = 'web', more: Partial<Parameters<typeof routeOf>[1]> = {}) =>
  routeOf({ host, port: null, user: null }, { ...surroundings, config: parsed(text), ...more });
const last = (...args: Parameters<typeof route>) => {
  const found = route(...args);
  if (found.kind === 'problem') throw new Error(found.because);
  return found.last;
};
const hops = (...args: Parameters<typeof route>) => {
  const found = route(...args);
  return found.kind === 'problem'
    ? found.because
    : [...found.over, found.last].map(({ user, host, port }) => `${user}@${host}:${port}`);
};

describe('~/.ssh/config', () => {
  test('says where a host is, and as whom it is asked', () => {
    const text = 'host web\n hostname=web.example.org\n  PORT 2222\n  user "deploy"\nHost *\n User nobody\n Port 1\n';
    expect(last(text)).toMatchObject({ host: 'web.example.org', port: 2222, user: 'deploy' });
    expect(last(text, 'db')).toMatchObject({ host: 'db', port: 1, user: 'nobody' });
    expect(last('', 'db')).toMatchObject({ host: 'db', port: 22, user: 'me' });
  });

  test('is overruled by what the flags and the list of hosts say', () => {
    const config = parsed('Host *\n User config\n Port 1\n UserKnownHostsFile /a\n ProxyJump b\n IdentityFile /c\n');
    const flags = { ...surroundings, config, user: 'flag', keys: ['/key'], jump: 'none', knownHostsFiles: ['/known'] };
    const named = routeOf({ host: 'web', port: 22, user: 'listed' }, flags);
    expect(named).toMatchObject({
      over: [],
      last: { user: 'listed', port: 22, identityFiles: ['/key', '/c'], userKnownHostsFiles: ['/known'] },
    });
    expect(routeOf({ host: 'web', port: null, user: null }, flags)).toMatchObject({
      last: { user: 'flag', port: 1 },
    });
  });

  test('names keys with their tokens, several of them, and the agent', () => {
    const text =
      'Host web\n HostName %h.example.org\n User deploy\n IdentityFile ~/.ssh/%h-%r\n IdentityFile %d/keys/%u%%\n' +
      ' IdentitiesOnly yes\n IdentityAgent ~/agent\n';
    expect(last(text)).toMatchObject({
      host: 'web.example.org',
      identityFiles: ['/home/me/.ssh/web.example.org-deploy', '/home/me/keys/me%'],
      identitiesNamed: true,
      identitiesOnly: true,
      agentSocket: '/home/me/agent',
    });
    expect(last('', 'web', { agentSocket: '/run/agent' })).toMatchObject({
      identityFiles: ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((file) => `/home/me/.ssh/${file}`),
      identitiesNamed: false,
      agentSocket: '/run/agent',
    });
    expect(last('IdentityAgent none\n', 'web', { agentSocket: '/run/agent' }).agentSocket).toBeNull();
    expect(last('IdentityAgent SSH_AUTH_SOCK\n', 'web', { agentSocket: '/run/agent' }).agentSocket).toBe('/run/agent');
  });

  test('names the files of known hosts, and a host in them', () => {
    const text = 'Host web\n Port 2222\n UserKnownHostsFile ~/one "/two words"\n GlobalKnownHostsFile none\n';
    expect(last(text)).toMatchObject({
      userKnownHostsFiles: ['/home/me/one', '/two words'],
      globalKnownHostsFiles: [],
      knownAs: '[web]:2222',
      bareName: 'web',
    });
    expect(last('HostKeyAlias Farm\nPort 2222\n')).toMatchObject({ knownAs: 'farm', bareName: null });
    expect(last('').userKnownHostsFiles[0]).toBe('/home/me/.ssh/known_hosts');
  });

  test('leads over jump hosts, each by its own settings', () => {
    const text =
      'Host web\n ProxyJump root@a:2222,b\nHost a\n ProxyJump c\nHost b\n HostName b.example.org\n User bob\n';
    expect(hops(text)).toEqual(['me@c:22', 'root@a:2222', 'bob@b.example.org:22', 'me@web:22']);
    expect(hops('Host web\n ProxyJump none\nHost *\n ProxyJump a\n')).toEqual(['me@web:22']);
    expect(hops('ProxyJump ssh://me@[::1]:22\n')).toEqual(['me@::1:22', 'me@web:22']);
    expect(hops(text, 'web', { jump: 'x' })).toEqual(['me@x:22', 'me@web:22']);
  });

  test('does not run in a circle of jump hosts', () => {
    expect(hops('Host *\n ProxyJump gate\n')).toEqual(['me@gate:22', 'me@web:22']);
    expect(hops('Host *\n ProxyJump gate\n', 'gate')).toEqual(['me@gate:22']);
    expect(hops('Host web\n ProxyJump a\nHost a\n ProxyJump b\nHost b\n ProxyJump a\n')).toEqual([
      ...['me@b:22', 'me@a:22', 'me@web:22'],
    ]);
    const long = Array.from({ length: 12 }, (_, index) => `Host h${index}\n ProxyJump h${index + 1}\n`).join('');
    expect(hops(long, 'h0')).toContain('more than 7 hosts');
  });

  test('shortens the deadline and never lengthens it', () => {
    expect(route('ConnectTimeout 2\n')).toMatchObject({ withinMs: 2_000 });
    expect(route('ConnectTimeout 60\n')).toMatchObject({ withinMs: 5_000 });
    expect(route('ConnectTimeout none\n')).toMatchObject({ withinMs: 5_000 });
  });

  test.each([
    ['Port ssh\n', 'port "ssh"'],
    ['ProxyJump a:b:c\n', 'ProxyJump is not usable'],
    ['IdentityFile ~/%Z\n', '"%Z"'],
    ['IdentityFile ${HOME}/key\n', 'a variable'],
    ['IdentityAgent $AGENT\n', 'IdentityAgent $AGENT'],
  ])('says what it does not follow in %j', (text, word) => {
    expect(route(text)).toMatchObject({ kind: 'problem', because: expect.stringContaining(word) });
  });

  test('never runs anything', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'never-'));
    const touch = `touch ${dir}/ran`;
    const config = parsed(
      `CanonicalizeHostname yes\nHost *\n CanonicalizeHostname yes\n CanonicalDomains example.org\n` +
        `Match exec "${touch}"\n User bad\nMatch host web exec "${touch}"\n User bad\n` +
        `Match !exec "${touch}"\n User bad\nHost web\n ProxyCommand ${touch}\n KnownHostsCommand ${touch}\n`,
    );
    expect(settingsOf(config, 'web', null).user).toBeNull();
    expect(config.notes.join('\n')).toMatch(/Canonical[\s\S]*Match exec is not supported[\s\S]*ProxyCommand is not/);
    await rm(dir, { recursive: true });
  });

  test('follows Match where nothing need be run', () => {
    const text = 'Host web\n Hostname web.example.org\nMatch host *.example.org\n User a\nMatch all\n Port 7\n';
    expect(last(text)).toMatchObject({ user: 'a', port: 7 });
    expect(last(text, 'db')).toMatchObject({ user: 'me', port: 7 });
  });

  test('never throws, whatever stands in a file', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const read = parseConfig('config', text);
        if (read.kind === 'lines') settingsOf(harmless('config', read.lines), 'web', null);
      }),
    );
  });
});

describe('the files of ~/.ssh/config', () => {
  let home: string;
  let file: string;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'ssh-home-'));
    await mkdir(join(home, '.ssh', 'config.d'), { recursive: true });
    file = join(home, '.ssh', 'config');
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  const read = (asked = false, systemFile: string | null = null) => readSshConfig({ file, asked, home, systemFile });
  const settings = async (name: string) => {
    const found = await read();
    if (found.kind === 'problem') throw new Error(found.because);
    return { ...settingsOf(found.config, name, null), notes: found.config.notes };
  };

  test('come before that of the system, which says what they leave open', async () => {
    const systemFile = join(home, 'ssh_config');
    await writeFile(file, 'Host web\n User ann\n');
    await writeFile(
      systemFile,
      'Include more\nHost *\n User root\n HashKnownHosts yes\nHost unix/*\n ProxyCommand x\n',
    );
    await writeFile(join(home, 'more'), 'Host web\n RevokedHostKeys /etc/ssh/revoked\n');
    const found = await read(false, systemFile);
    if (found.kind === 'problem') throw new Error(found.because);
    const revokedHostKeys = '/etc/ssh/revoked';
    expect(settingsOf(found.config, 'web', null)).toMatchObject({ user: 'ann', hashKnownHosts: true, revokedHostKeys });
    expect(settingsOf(found.config, 'db', null)).toMatchObject({ user: 'root', revokedHostKeys: null });
    expect(found.config.notes).toEqual([]);
    expect(await read(false, join(home, 'nowhere'))).toMatchObject({ kind: 'config' });
  });

  test('need not be there unless one was asked for', async () => {
    expect(await read()).toMatchObject({ kind: 'config' });
    expect(await read(true)).toEqual({ kind: 'problem', because: expect.stringContaining('there is no such file') });
  });

  test('include others, in order, by name and by wildcard', async () => {
    await writeFile(file, 'Include config.d/*.conf one\nHost web\n User late\n Include ~/inside\n');
    await writeFile(join(home, '.ssh', 'config.d', 'b.conf'), 'Host web\n User b\n Port 2\n');
    await writeFile(join(home, '.ssh', 'config.d', 'a.conf'), 'Host web\n User a\n');
    await writeFile(join(home, '.ssh', 'config.d', 'c.txt'), 'Host web\n User c\n');
    await writeFile(join(home, 'inside'), 'HostKeyAlias farm\nHost *\n ProxyJump x\n');
    expect(await settings('web')).toMatchObject({ user: 'a', port: '2', hostKeyAlias: 'farm', proxyJump: null });
    expect((await settings('db')).hostKeyAlias).toBeNull();
    expect((await settings('db')).notes).toEqual([expect.stringContaining('Host and Match of')]);
  });

  test.each([
    ['User "open\n', 'can not be read as an ssh configuration'],
    ['Host\n', 'has no value'],
    ['Include config\n', 'is there a circle'],
  ])('are a sentence where %j stands in them', async (text, word) => {
    await writeFile(file, text);
    expect(await read()).toEqual({ kind: 'problem', because: expect.stringContaining(word) });
    expect(await read()).toMatchObject({ because: expect.stringContaining(file) });
  });

  test('are a sentence where there is a folder in their place', async () => {
    await mkdir(file);
    expect(await read()).toMatchObject({ kind: 'problem', because: expect.stringContaining('EISDIR') });
  });
});
