import type { RedisAccess } from '../config/config.ts';

/** Where Redis is, for people. */
export const redisPlace = ({ url, sentinels, cluster = [] }: RedisAccess): string => {
  if (url !== undefined) return url;
  return sentinels === undefined
    ? `the cluster of ${cluster.join(', ')}`
    : `${sentinels.name} of the Sentinels ${sentinels.addresses.join(', ')}`;
};
