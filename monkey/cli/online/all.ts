import type { PoolRole } from '../../../pool/redis/permissions.ts';
import type { Config } from '../../config/config.ts';
import { checkEc2 } from './ec2.ts';
import { finding, type OnlineFinding } from './finding.ts';
import { checkPager } from './pager.ts';
import { checkPool } from './pool.ts';
import { checkRedis } from './redis.ts';
import { checkSlack } from './slack.ts';

const deadlineMs = 2_500;

/** Asks all that a configuration names, all at once; of Redis, whether `role` may do what it must. */
export const askTheWorld = async (
  config: Config,
  role: PoolRole,
  signal: AbortSignal,
): Promise<readonly OnlineFinding[]> => {
  const checks = {
    redis: checkRedis(config.pool, role),
    pool: checkPool(config.pool),
    ec2: checkEc2(config),
    slack: checkSlack(config.slack),
    pager: checkPager(config.pages),
  };
  const findings = Object.entries(checks).map(([name, check]) =>
    check({ deadlineMs, signal }).catch((error: unknown) => [finding(name, 'bad', String(error))]),
  );
  return (await Promise.all(findings)).flat();
};
