import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import type { Config } from '../../../monkey/config/config.ts';
import { type LoadOptions, loadConfig } from '../../../monkey/config/load.ts';

const minimal = 'pool: { name: web, redis: { url: "redis://10.0.0.5:6379" } }\n';

const absent = (code: string) => Object.assign(new Error(code), { code });

/** Files by path; an error in place of a text is what reading fails with. */
const files =
  (all: Readonly<Record<string, string | Error>>) =>
  async (path: string): Promise<string> => {
    const text = all[path] ?? absent('ENOENT');
    if (text instanceof Error) throw text;
    return text;
  };

const load = (
  options: LoadOptions,
  all: Readonly<Record<string, string | Error>>,
  env: Readonly<Record<string, string>> = {},
) => loadConfig(options, env, files(all));

const configOf = async (...args: Parameters<typeof load>): Promise<Config> => {
  const loaded = await load(...args);
  if (loaded.kind === 'problems') throw new Error(loaded.text);
  return loaded.config;
};

const problemsOf = async (...args: Parameters<typeof load>): Promise<string> => {
  const loaded = await load(...args);
  return loaded.kind === 'problems' ? loaded.text : 'no problems';
};

describe('where the configuration comes from', () => {
  test('reads the file in the working folder before the one of the system', async () => {
    const loaded = await load({}, { 'doctor-monkey.yaml': minimal, '/etc/doctor-monkey/config.yaml': 'x: 1' });
    expect(loaded).toMatchObject({ kind: 'config', file: 'doctor-monkey.yaml' });
  });

  test('reads the file of the system where the working folder has none', async () => {
    const loaded = await load({}, { '/etc/doctor-monkey/config.yaml': minimal });
    expect(loaded).toMatchObject({ kind: 'config', file: '/etc/doctor-monkey/config.yaml' });
  });

  test('does not pass over a file that may not be read', async () => {
    expect(
      await problemsOf({}, { 'doctor-monkey.yaml': absent('EACCES'), '/etc/doctor-monkey/config.yaml': minimal }),
    ).toBe('no configuration: doctor-monkey.yaml may not be read by this user');
  });

  test('reads only the named file', async () => {
    expect(await problemsOf({ file: 'other.yaml' }, { 'doctor-monkey.yaml': minimal })).toBe(
      'no configuration: other.yaml does not exist',
    );
  });

  test('says where it looked, and how to do without', async () => {
    expect(await problemsOf({ flags: {} }, {})).toBe(
      'no configuration: ./doctor-monkey.yaml and /etc/doctor-monkey/config.yaml do not exist; ' +
        'name a file with --config FILE, or say all with --redis URL --pool NAME',
    );
    // Some have no such flags, and some need what no flag says.
    for (const options of [{}, { flags: {}, needs: ['node'] }] as const)
      expect(await problemsOf(options, {})).toBe(
        'no configuration: ./doctor-monkey.yaml and /etc/doctor-monkey/config.yaml do not exist; name a file with --config FILE',
      );
  });

  test('names what the command can do without one', async () => {
    const instead = 'ask a provider with --inventory URL';
    expect(await problemsOf({ flags: {}, instead }, {})).toMatch(
      / --config FILE, or say all with --redis URL --pool NAME, or ask a p/,
    );
    expect(await problemsOf({ instead, needs: ['node'] }, {})).toMatch(/FILE, or ask a provider with --inventory URL$/);
  });

  test('wants no file where flags say all, and does not look at a broken one', async () => {
    const config = await configOf(
      { flags: { redis: 'redis://127.0.0.1:7000', pool: 'web' } },
      { 'doctor-monkey.yaml': 'broken: [' },
    );
    expect(config.pool).toMatchObject({ name: 'web', redis: { url: 'redis://127.0.0.1:7000' } });
  });

  test('lets a flag win over the file', async () => {
    const config = await configOf({ flags: { pool: 'api' } }, { 'doctor-monkey.yaml': minimal });
    expect(config.pool).toMatchObject({ name: 'api', redis: { url: 'redis://10.0.0.5:6379' } });
  });

  test('tells a problem of a flag as one of the flag', async () => {
    expect(await problemsOf({ flags: { redis: 'http://x', pool: 'Web' } }, {})).toBe(
      [
        'command line: 2 problems',
        '  --pool: "Web" is not a pool name; use 1 to 63 lower-case letters, digits and hyphens, like web',
        '  --redis: "http://x" is not a redis URL; write it like redis://10.0.0.5:6379/0',
      ].join('\n'),
    );
  });

  test('asks for the section that a command can not do without', async () => {
    expect(await problemsOf({ needs: ['node'] }, { 'doctor-monkey.yaml': minimal })).toBe(
      'doctor-monkey.yaml: 1 problem\n  node: is missing; the agent must know the URL of its node',
    );
  });
});

describe('secrets', () => {
  const named = 'pool: { name: web, redis: { url: "redis://10.0.0.5:6379", passwordFile: secrets/redis } }\n';
  const password = async (...args: Parameters<typeof load>) => (await configOf(...args)).pool.redis.password?.reveal();

  test('come from the environment first', async () => {
    const all = { '/etc/dm/c.yaml': named, '/etc/dm/secrets/redis': 'from file' };
    expect(await password({ file: '/etc/dm/c.yaml' }, all, { DOCTOR_MONKEY_REDIS_PASSWORD: 'from env' })).toBe(
      'from env',
    );
  });

  test('come from the named file, beside the configuration, without its line break', async () => {
    const all = { '/etc/dm/c.yaml': named, '/etc/dm/secrets/redis': 'from file\n' };
    expect(await password({ file: '/etc/dm/c.yaml' }, all)).toBe('from file');
  });

  test('come from systemd where nothing else names them', async () => {
    const all = { 'doctor-monkey.yaml': minimal, '/run/credentials/dm/redis-password': 'from systemd\n' };
    expect(await password({}, all, { CREDENTIALS_DIRECTORY: '/run/credentials/dm' })).toBe('from systemd');
  });

  test('are none where the credential of systemd is empty', async () => {
    const all = { 'doctor-monkey.yaml': minimal, '/run/credentials/dm/redis-password': '\n' };
    expect(await password({}, all, { CREDENTIALS_DIRECTORY: '/run/credentials/dm' })).toBe(undefined);
  });

  test('may be missing', async () => {
    expect(
      await password({}, { 'doctor-monkey.yaml': minimal }, { CREDENTIALS_DIRECTORY: '/run/credentials/dm' }),
    ).toBe(undefined);
  });

  test('must be there where a file is named', async () => {
    expect(await problemsOf({ file: '/etc/dm/c.yaml' }, { '/etc/dm/c.yaml': named })).toBe(
      '/etc/dm/c.yaml: 1 problem\n  pool.redis.passwordFile: /etc/dm/secrets/redis does not exist',
    );
    expect(
      await problemsOf({ file: '/etc/dm/c.yaml' }, { '/etc/dm/c.yaml': named, '/etc/dm/secrets/redis': '\n' }),
    ).toBe('/etc/dm/c.yaml: 1 problem\n  pool.redis.passwordFile: /etc/dm/secrets/redis is empty');
  });

  test('are not empty', async () => {
    expect(await problemsOf({}, { 'doctor-monkey.yaml': minimal }, { DOCTOR_MONKEY_REDIS_PASSWORD: '' })).toBe(
      'doctor-monkey.yaml: 1 problem\n  the variable DOCTOR_MONKEY_REDIS_PASSWORD is set and empty; unset it, or give it a value',
    );
  });

  test('are never shown', async () => {
    const text = `${minimal}slack: { channel: C0123456789 }\n`;
    const env = { DOCTOR_MONKEY_REDIS_PASSWORD: 'hunter2', SLACK_BOT_TOKEN: 'xoxb-hunter2' };
    const config = await configOf({}, { 'doctor-monkey.yaml': text }, env);
    expect(config.slack?.token?.reveal()).toBe('xoxb-hunter2');
    for (const shown of [JSON.stringify(config), inspect(config, { depth: 9 }), String(config.slack?.token)])
      expect(shown).not.toContain('hunter2');
    expect(JSON.stringify(config)).toContain('"password":"[secret]"');
  });
});

describe('certificates', () => {
  const tls = 'pool: { name: web, redis: { url: "rediss://10.0.0.5:6379", tls: { ca: ca.pem } } }\n';

  test('are read', async () => {
    const pem = '-----BEGIN CERTIFICATE-----\n…';
    const config = await configOf({}, { 'doctor-monkey.yaml': tls, [`${process.cwd()}/ca.pem`]: pem });
    expect(config.pool.redis.tls?.ca).toBe(pem);
  });

  test('must be PEM', async () => {
    expect(await problemsOf({}, { 'doctor-monkey.yaml': tls, [`${process.cwd()}/ca.pem`]: 'hello' })).toBe(
      `doctor-monkey.yaml: 1 problem\n  pool.redis.tls.ca: ${process.cwd()}/ca.pem holds no PEM (-----BEGIN …)`,
    );
  });
});

test('nobody can change a configuration', async () => {
  const config = await configOf({}, { 'doctor-monkey.yaml': minimal });
  expect(() => Object.assign(config.agent.cpu, { source: 'cgroup' })).toThrow(TypeError);
  expect(() => Object.assign(config.pool.allowedNetworks, ['0.0.0.0/0'])).toThrow(TypeError);
});

test('observes unless told to act', async () => {
  expect((await configOf({}, { 'doctor-monkey.yaml': minimal })).agent.mode).toBe('observe');
});
