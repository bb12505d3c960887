import { type Problem, pathText } from './problem.ts';
import { redisPasswordPlaces } from './sections/address.ts';

/** Keys that people look for, and that this file never holds: where what they mean goes instead. */
const places: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'pool.redis.password': redisPasswordPlaces,
    'pool.redis.sentinelPassword':
      'set DOCTOR_MONKEY_SENTINEL_PASSWORD, or name a file in pool.redis.sentinelPasswordFile; secrets do not belong in this file',
    'slack.token': 'set SLACK_BOT_TOKEN, or name a file in slack.tokenFile; secrets do not belong in this file',
    'pages.webhook.key':
      'set DOCTOR_MONKEY_PAGER_KEY, or name a file in pages.webhook.keyFile; secrets do not belong in this file',
    'pages.webhook.routingKey':
      'set DOCTOR_MONKEY_PAGER_KEY, or name a file in pages.webhook.keyFile; secrets do not belong in this file',
    'ec2.accessKeyId': 'set AWS_ACCESS_KEY_ID, or give the instance a role; secrets do not belong in this file',
    'ec2.secretAccessKey': 'set AWS_SECRET_ACCESS_KEY, or give the instance a role; secrets do not belong in this file',
  }),
);

/** Says where a secret belongs, in place of calling its key unknown. */
export const misplacedSecret = (problem: Problem): Problem => {
  const place = places.get(pathText(problem.path));
  return place === undefined ? problem : { ...problem, because: place };
};
