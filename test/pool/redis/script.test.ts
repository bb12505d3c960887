import { expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { poolKeys } from '../../../pool/redis/keys.ts';
import { scriptRunner } from '../../../pool/redis/script.ts';

test('whether a script may still be sent is asked before each sending, also of the whole text', async () => {
  const sent: string[] = [];
  const redis = {
    evalsha: async () => {
      sent.push('evalsha');
      throw new Error('NOSCRIPT No matching script.');
    },
    eval: async () => {
      sent.push('eval');
      return 'done';
    },
  } as unknown as Redis;
  const { run } = scriptRunner(poolKeys('web'));
  const script = { keys: ['version'], lua: 'return 1' } as const;
  const twice = [() => undefined, () => undefined];
  expect(await run(redis, script, [], () => twice.pop()?.())).toBe('done');
  expect([sent.splice(0), twice]).toEqual([['evalsha', 'eval'], []]);

  let asked = 0;
  const onlyOnce = (): void => {
    asked += 1;
    if (asked > 1) throw new Error('too old');
  };
  await expect(run(redis, script, [], onlyOnce)).rejects.toThrow('too old');
  expect(sent).toEqual(['evalsha']);
});
