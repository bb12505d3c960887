import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { emptyConfig } from '../../../../monkey/collect/ssh/config.ts';
import { hostKeyStore } from '../../../../monkey/collect/ssh/host-key-store.ts';
import { defaultSshReaderOptions } from '../../../../monkey/collect/ssh/options.ts';
import { type Hop, routeOf } from '../../../../monkey/collect/ssh/route.ts';

const one = { type: 'ssh-ed25519', base64: 'AAAAone' };
const two = { type: 'ssh-ed25519', base64: 'AAAAtwo' };

describe('keys of hosts on disk', () => {
  let dir: string;
  let file: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'host-keys-'));
    file = join(dir, 'known_hosts');
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const hopTo = (host: string, more: Partial<Hop> = {}): Hop => {
    const options = {
      ...defaultSshReaderOptions,
      config: emptyConfig,
      home: dir,
      localUser: 'me',
      knownHostsFiles: [file],
    };
    const route = routeOf({ host, port: null, user: null }, options);
    if (route.kind === 'problem') throw new Error(route.because);
    return { ...route.last, ...more };
  };

  test('a second key that is learnt for the same name at once has changed, and is not written', async () => {
    const store = hostKeyStore();
    const verdicts = await Promise.all([one, two, one].map((key) => store.learn(hopTo('web'), key)));
    expect(verdicts.map((verdict) => verdict?.because.split(':')[0])).toEqual([
      undefined,
      'ITS HOST KEY HAS CHANGED',
      undefined,
    ]);
    expect(await readFile(file, 'utf8')).toBe('web ssh-ed25519 AAAAone\n');
  });

  test('a key that another has written since is not written twice, and another than that has changed', async () => {
    const store = hostKeyStore();
    const before = await store.about(hopTo('web'));
    expect(before.refusal(two)?.isNew).toBe(true);
    await writeFile(file, 'web ssh-ed25519 AAAAone\n');
    expect(await store.learn(hopTo('web'), one)).toBeNull();
    expect(await store.learn(hopTo('web'), two)).toMatchObject({ isNew: false });
    expect(await readFile(file, 'utf8')).toBe('web ssh-ed25519 AAAAone\n');
  });

  test('names are hashed where the configuration says so, and known again', async () => {
    const store = hostKeyStore();
    expect(await store.learn(hopTo('web', { hashKnownHosts: true }), one)).toBeNull();
    expect(await readFile(file, 'utf8')).toMatch(/^\|1\|[^|]+\|[^ ]+ ssh-ed25519 AAAAone\n$/);
    expect((await store.about(hopTo('web'))).refusal(one)).toBeNull();
    expect((await store.about(hopTo('web'))).refusal(two)).toMatchObject({ isNew: false });
  });

  test('a key that RevokedHostKeys names is refused, and all are where that can not be read', async () => {
    const revokedKeysFile = join(dir, 'revoked');
    const store = hostKeyStore();
    await writeFile(file, 'web ssh-ed25519 AAAAone\nweb ssh-ed25519 AAAAtwo\n');
    await expect(store.about(hopTo('web', { revokedKeysFile }))).rejects.toThrow(`${revokedKeysFile} can not be read`);
    await writeFile(revokedKeysFile, 'ssh-ed25519 AAAAone\n');
    const { refusal } = await store.about(hopTo('web', { revokedKeysFile }));
    expect(refusal(one)?.because).toContain(`is revoked by ${revokedKeysFile}`);
    expect(refusal(two)).toBeNull();
    await writeFile(revokedKeysFile, 'SSHKRL\n');
    await expect(store.about(hopTo('web', { revokedKeysFile }))).rejects.toThrow('is a KRL');
  });
});
