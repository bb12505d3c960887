/** What Redis says where it does not know us, or lets us do too little (access lists, ACL), in words that help. */

/**
 * Answers of a Redis Cluster by which a node declines, having done nothing:
 * https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/
 */
export const elsewhere = /^(MOVED|ASK|TRYAGAIN|CLUSTERDOWN|MASTERDOWN)\b/;

/** The code and the text of the error stay in it, since these are what people search for. */
export const denialOf = (message: string, username: string | undefined): string | undefined => {
  const user = `the user ${username ?? 'default'}`;
  if (message.startsWith('WRONGPASS'))
    return `WRONGPASS: Redis does not know ${user} with this password; check pool.redis.username and ${passwordPlaces}`;
  if (message.startsWith('NOAUTH')) return `NOAUTH: Redis wants a password and was given none; set ${passwordPlaces}`;
  if (message.startsWith('NOPERM') || inScript.test(message))
    return `NOPERM: Redis does not let ${user} do this (${shortened(message)}); give it what infra/redis/users.acl gives, or name another in pool.redis.username`;
  return undefined;
};

const passwordPlaces = 'DOCTOR_MONKEY_REDIS_PASSWORD, or the file that pool.redis.passwordFile names';

/** A command within a script: `ERR The user executing the script …` of Redis 6.2 and 7, `ERR ACL failure in script …` of later ones. */
const inScript = /^ERR (The user executing the script|ACL failure in script)/;

const shortened = (message: string): string =>
  message
    .replace(/^(NOPERM|ERR) /, '')
    .replace(/ script: [0-9a-f]{40}.*$/, '')
    .replace(/^this user has no permissions/i, 'no permissions');
