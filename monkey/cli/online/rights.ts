import type { Redis } from 'ioredis';
import type { PoolKeys } from '../../../pool/redis/keys.ts';
import { type PoolRole, type Sample, samplesFor } from '../../../pool/redis/permissions.ts';
import { finding, type OnlineFinding } from './finding.ts';

/*
 * INVARIANT: nothing that is asked about is done. Redis looks at the rights when a command is queued in a transaction;
 * that is then discarded. Should all of that fail, the samples are about a key that nobody uses, and about a router that
 * does not exist.
 */

/** May the user of this connection do all that the role must? */
export const checkRights = async (redis: Redis, role: PoolRole, keys: PoolKeys): Promise<OnlineFinding> => {
  const user = redis.options.username ?? 'default';
  const missing = await missingRights(redis, samplesFor(role, harmless(keys)));
  if (missing.length === 0) return finding('redis-rights', 'ok', `${user} may do all that ${article(role)} must`);
  return finding(
    'redis-rights',
    'bad',
    `${user} may not ${missing.join(', ')}, which ${article(role)} must: give it the line of doctor-monkey-${role} in infra/redis/users.acl`,
  );
};

const article = (role: PoolRole): string => `${/^[ao]/.test(role) ? 'an' : 'a'} ${role}`;

/** The one key that some may write and others not keeps its name. */
const harmless = (keys: PoolKeys): PoolKeys => {
  const unused = keys.epoch.replace(/epoch$/, 'rights-check');
  const names = Object.keys(keys).map((name) => [name, unused]);
  return { ...(Object.fromEntries(names) as PoolKeys), routers: keys.routers };
};

const missingRights = async (redis: Redis, samples: readonly Sample[]): Promise<readonly string[]> => {
  const around = ['MULTI', 'EXEC', 'MULTI', 'DISCARD'];
  const missing: string[] = [];
  for (const command of around) if (await refused(redis.call(command))) missing.push(command);
  if (missing.length > 0) return [...new Set(missing)];
  // All in one breath, so that no other connection can come between.
  const begun = redis.call('MULTI');
  const asked = samples.map(([command, ...rest]) => refused(redis.call(command, ...rest)));
  const discarded = redis.call('DISCARD');
  await begun;
  const answers = await Promise.all(asked);
  await discarded;
  const texts = samples.map(([command, word]) => (command === 'CLIENT' ? `${command} ${word ?? ''}` : command));
  return [...new Set(texts.filter((_, index) => answers[index] === true))];
};

const refused = async (asked: Promise<unknown>): Promise<boolean> => {
  try {
    await asked;
    return false;
  } catch (error) {
    return error instanceof Error && error.message.startsWith('NOPERM');
  }
};
