/** Redis is killed, or handed over to its replica, in the middle of a heal. */
import { afterEach, expect, test } from '@jest/globals';
import { startLocalSentinels } from '../../infra/local-redis/local-sentinels.ts';
import { systemClock } from '../../pool/clock.ts';
import { parseHostPort } from '../../pool/redis/host-port.ts';
import { crashingRedis, type FaultStage, startFaultStage } from './stage.ts';

let stage: FaultStage | undefined;
afterEach(async () => {
  await stage?.stop();
}, 60_000);

/** The node was healed by one reboot, and no client noticed. */
const healedOnce = async (on: FaultStage, index: number): Promise<void> => {
  const victim = on.node(index);
  await on.healed(victim, 0);
  expect(on.reboots(victim)).toBe(1);
  const { sent, ok, failures } = await on.requests();
  expect(failures).toEqual([]);
  expect(ok).toBe(sent);
};

test('killed while a node drains, and started again: the heal goes on, with one reboot and no request lost', async () => {
  const { redis, start } = await crashingRedis();
  stage = await startFaultStage({ startRedis: start });
  const victim = stage.node(0);
  const reached = stage.happens('admitted', victim);
  await stage.harm(victim);
  await reached;
  await redis.kill();
  await systemClock.sleep(3_000);
  expect(stage.reboots(victim)).toBe(0);
  await redis.restart();
  await healedOnce(stage, 0);
}, 300_000);

test('failed over under Sentinels while a node drains: the heal goes on with the new master', async () => {
  const pool = await startLocalSentinels({ name: 'web', args: ['--appendonly', 'yes'] });
  const nodes = pool.sentinels.map(parseHostPort).filter((node) => node !== undefined);
  stage = await startFaultStage({
    startRedis: async () => ({
      section: { sentinels: pool.sentinels, sentinelName: 'web' },
      address: { sentinels: { nodes, name: 'web' } },
      stop: pool.stop,
    }),
  });
  const victim = stage.node(0);
  const reached = stage.happens('admitted', victim);
  await stage.harm(victim);
  await reached;
  await pool.master.kill();
  await healedOnce(stage, 0);
  expect(await pool.masterPort()).toBe(pool.replica.port);
}, 300_000);
