/** A real Redis with the users of infra/redis/users.acl, each with a password, and an administrator of the test's own. */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { PoolRole } from '../../pool/redis/permissions.ts';
import { connectRedisPool } from '../../pool/redis/redis-pool.ts';
import type { PoolStore } from '../../pool/store.ts';
import { recordingLog } from './recording-log.ts';
import { startRedis, type TestRedis } from './redis.ts';

export const usersFile = new URL('../../infra/redis/users.acl', import.meta.url);

export const passwordOf = (role: string): string => `password-of-${role}`;
export const userOf = (role: PoolRole): string => `doctor-monkey-${role}`;

export interface RedisWithUsers {
  readonly redis: TestRedis;
  readonly admin: Redis;
  readonly open: (role: PoolRole) => { readonly store: PoolStore; readonly log: ReturnType<typeof recordingLog> };
  /** A plain client that comes in as this role. */
  readonly client: (role: PoolRole) => Redis;
  readonly stop: () => Promise<void>;
}

export const startRedisWithUsers = async (args: readonly string[] = []): Promise<RedisWithUsers> => {
  const dir = await mkdtemp(join(tmpdir(), 'redis-users-'));
  const aclFile = join(dir, 'users.acl');
  await writeFile(aclFile, withPasswords(await readFile(usersFile, 'utf8')));
  const redis = await startRedis({ aclFile, args });
  const admin = new Redis(redis.url, { username: 'admin', password: passwordOf('admin') });
  const opened: { close(): Promise<void> }[] = [];
  return {
    redis,
    admin,
    open: (role) => {
      const log = recordingLog();
      const access = { username: userOf(role), password: passwordOf(role) };
      const store = connectRedisPool({ name: 'web', url: redis.url, ...access, log });
      opened.push(store);
      return { store, log };
    },
    client: (role) => {
      const client = new Redis(redis.url, {
        username: userOf(role),
        password: passwordOf(role),
        disableClientInfo: true,
      });
      opened.push({ close: async () => client.disconnect() });
      return client;
    },
    stop: async () => {
      for (const { close } of opened) await close();
      admin.disconnect();
      await redis.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
};

/** Puts the digest of a password behind each user's name, as the guide says, and adds an administrator. */
const withPasswords = (text: string): string =>
  [
    text
      .replace(
        /^user doctor-monkey-(\w+) on resetpass /gm,
        (line, role: string) => `${line}#${digest(passwordOf(role))} `,
      )
      .trim(),
    `user admin on #${digest(passwordOf('admin'))} ~* &* +@all`,
    '',
  ].join('\n');

const digest = (password: string): string => createHash('sha256').update(password).digest('hex');
