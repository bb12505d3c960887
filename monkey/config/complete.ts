/** Adds to the settings what only other files and the environment hold: secrets and certificates. */
import { resolve } from 'node:path';
import type { Config, RedisTls, SentinelAccess } from './config.ts';
import type { Problem } from './problem.ts';
import { type Env, type ReadFile, readSecret, type SecretPlaces, unreadable } from './read-secret.ts';
import type { FileSettings } from './schema.ts';
import { Secret } from './secret.ts';

export type Completed =
  | { readonly kind: 'config'; readonly config: Config }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

export const complete = async (
  settings: FileSettings,
  folder: string,
  env: Env,
  readFile: ReadFile,
): Promise<Completed> => {
  const problems: Problem[] = [];
  const secret = async (places: SecretPlaces): Promise<Secret | undefined> => {
    const read = await readSecret(places, folder, env, readFile);
    if (read.kind === 'problem') problems.push(read.problem);
    return read.kind === 'secret' ? read.secret : undefined;
  };
  const { pool, slack, pages, ...rest } = settings;
  const { url, cluster, username, passwordFile, tls } = pool.redis;
  const trust = async (key: 'tls' | 'sentinelTls', given: FileTls | undefined): Promise<RedisTls | undefined> =>
    given === undefined ? undefined : readTls(key, given, folder, readFile, problems);
  const config: Config = {
    ...rest,
    pool: {
      ...pool,
      redis: {
        url,
        cluster,
        sentinels: await completeSentinels(pool.redis, secret, (given) => trust('sentinelTls', given)),
        username,
        password: await secret(redisPassword(passwordFile)),
        tls: await trust('tls', tls),
      },
    },
    ...(slack === undefined ? {} : { slack: { ...slack, token: await secret(slackToken(slack.tokenFile)) } }),
    ...(pages === undefined ? {} : { pages: await pagesWith(pages, secret) }),
  };
  return problems.length === 0 ? { kind: 'config', config } : { kind: 'problems', problems };
};

type FileRedis = FileSettings['pool']['redis'];
type FileTls = NonNullable<FileRedis['tls']>;

const completeSentinels = async (
  { sentinels, sentinelName, sentinelUsername, sentinelPasswordFile, sentinelTls }: FileRedis,
  secret: (places: SecretPlaces) => Promise<Secret | undefined>,
  trust: (given: FileTls | undefined) => Promise<RedisTls | undefined>,
): Promise<SentinelAccess | undefined> =>
  sentinels === undefined || sentinelName === undefined
    ? undefined
    : {
        addresses: sentinels,
        name: sentinelName,
        username: sentinelUsername,
        password: await secret(sentinelPassword(sentinelPasswordFile)),
        tls: await trust(sentinelTls),
      };

const sentinelPassword = (file: string | undefined): SecretPlaces => ({
  variable: 'DOCTOR_MONKEY_SENTINEL_PASSWORD',
  file,
  key: ['pool', 'redis', 'sentinelPasswordFile'],
  credential: 'sentinel-password',
});

const redisPassword = (file: string | undefined): SecretPlaces => ({
  variable: 'DOCTOR_MONKEY_REDIS_PASSWORD',
  file,
  key: ['pool', 'redis', 'passwordFile'],
  credential: 'redis-password',
});

const slackToken = (file: string | undefined): SecretPlaces => ({
  variable: 'SLACK_BOT_TOKEN',
  file,
  key: ['slack', 'tokenFile'],
  credential: 'slack-token',
});

const pagerKey = (file: string | undefined): SecretPlaces => ({
  variable: 'DOCTOR_MONKEY_PAGER_KEY',
  file,
  key: ['pages', 'webhook', 'keyFile'],
  credential: 'pager-key',
});

const pagesWith = async (
  { webhook }: NonNullable<FileSettings['pages']>,
  secret: (places: SecretPlaces) => Promise<Secret | undefined>,
): Promise<NonNullable<Config['pages']>> =>
  webhook === undefined ? {} : { webhook: { ...webhook, key: await secret(pagerKey(webhook.keyFile)) } };

const readTls = async (
  section: 'tls' | 'sentinelTls',
  { ca, cert, key, serverName }: FileTls,
  folder: string,
  readFile: ReadFile,
  problems: Problem[],
): Promise<RedisTls> => {
  const pem = async (name: string, file: string | undefined): Promise<string | undefined> => {
    if (file === undefined) return undefined;
    const path = resolve(folder, file);
    try {
      const text = await readFile(path);
      if (text.includes('-----BEGIN ')) return text;
      problems.push({ path: ['pool', 'redis', section, name], because: `${path} holds no PEM (-----BEGIN …)` });
    } catch (error) {
      problems.push({ path: ['pool', 'redis', section, name], because: `${path} ${unreadable(error)}` });
    }
    return undefined;
  };
  const keyText = await pem('key', key);
  return {
    ca: await pem('ca', ca),
    cert: await pem('cert', cert),
    key: keyText === undefined ? undefined : new Secret(keyText),
    serverName,
  };
};
