/** Adds to the settings what only other files and the environment hold: secrets and certificates. */
import { resolve } from 'node:path';
import type { Config, RedisTls } from './config.ts';
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
  const { url, username, passwordFile, tls } = pool.redis;
  const config: Config = {
    ...rest,
    pool: {
      ...pool,
      redis: {
        url,
        username,
        password: await secret(redisPassword(passwordFile)),
        tls: tls === undefined ? undefined : await readTls(tls, folder, readFile, problems),
      },
    },
    ...(slack === undefined ? {} : { slack: { ...slack, token: await secret(slackToken(slack.tokenFile)) } }),
    ...(pages === undefined ? {} : { pages: await pagesWith(pages, secret) }),
  };
  return problems.length === 0 ? { kind: 'config', config } : { kind: 'problems', problems };
};

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
  { ca, cert, key, serverName }: NonNullable<FileSettings['pool']['redis']['tls']>,
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
      problems.push({ path: ['pool', 'redis', 'tls', name], because: `${path} holds no PEM (-----BEGIN …)` });
    } catch (error) {
      problems.push({ path: ['pool', 'redis', 'tls', name], because: `${path} ${unreadable(error)}` });
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
