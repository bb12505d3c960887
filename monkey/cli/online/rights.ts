import type { Redis } from 'ioredis';
import type { PoolKeys } from '../../../pool/redis/keys.ts';
import { type PoolRole, type Sample, samplesFor } from '../../../pool/redis/permissions.ts';
import { finding, type OnlineFinding } from './finding.ts';

/**
 * May the user of this connection do all that the role must? Asked without doing any of it: within a transaction Redis
 * looks at the rights when a command is queued, and the transaction is then discarded.
 */
export const checkRights = async (redis: Redis, role: PoolRole, keys: PoolKeys): Promise<OnlineFinding> => {
  const user = redis.options.username ?? 'default';
  const missing = await missingRights(redis, samplesFor(role, keys));
  if (missing.length === 0) return finding('redis-rights', 'ok', `${user} may do all that ${article(role)} must`);
  return finding(
    'redis-rights',
    'bad',
    `${user} may not ${missing.join(', ')}, which ${article(role)} must: give it the line of doctor-monkey-${role} in infra/redis/users.acl`,
  );
};

const article = (role: PoolRole): string => `${/^[ao]/.test(role) ? 'an' : 'a'} ${role}`;

const missingRights = async (redis: Redis, samples: readonly Sample[]): Promise<readonly string[]> => {
  const begin = (): Promise<unknown> => redis.multi({ pipeline: false });
  const around = [
    (await refused(begin())) ? ['MULTI'] : [],
    (await refused(redis.call('EXEC'))) ? ['EXEC'] : [],
  ].flat();
  if (around.length > 0) return around;
  await begin();
  const asked = await Promise.all(
    samples.map(async ([command, ...rest]) => {
      const text = command === 'CLIENT' ? `${command} ${rest[0] ?? ''}` : command;
      const key = rest.find((word) => word.startsWith('dm:'));
      return (await refused(redis.call(command, ...rest))) ? [key === undefined ? text : `${text} on ${key}`] : [];
    }),
  );
  return asked.flat();
};

const refused = async (asked: Promise<unknown>): Promise<boolean> => {
  try {
    await asked;
    return false;
  } catch (error) {
    return error instanceof Error && error.message.startsWith('NOPERM');
  }
};
