/** A real Redis and the local cloud's Slack, for controllers in this process or of their own. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { LocalCloudOptions } from '../../../infra/local-cloud/options.ts';
import { startLocalCloud } from '../../../infra/local-cloud/start.ts';
import { type Controller, type ControllerSetting, startController } from '../../../monkey/controller/wiring.ts';
import { systemClock } from '../../../pool/clock.ts';
import type { Write } from '../../../pool/commit.ts';
import { decideAndCommit } from '../../../pool/decide.ts';
import type { Notice } from '../../../pool/notice.ts';
import { connectRedisPool } from '../../../pool/redis/redis-pool.ts';
import { eventually as until } from '../../support/eventually.ts';
import { type RunningMonkey, startMonkey } from '../../support/monkey.ts';
import { type RecordingLog, recordingLog } from '../../support/recording-log.ts';
import { startRedis } from '../../support/redis.ts';

const limits = { deadlineMs: 20_000 };

export const newRealStage = async (slack: Partial<LocalCloudOptions> = {}) => {
  const redis = await startRedis();
  const cloud = await startLocalCloud({ nodes: 0, ...slack });
  const dir = await mkdtemp(join(tmpdir(), 'controller-test-'));
  const name = `web-${randomUUID().slice(0, 8)}`;
  const store = connectRedisPool({ name, url: redis.url });
  const processes: RunningMonkey[] = [];
  const inside: (Controller & { readonly close: () => Promise<void> })[] = [];

  const commit = async (writes: readonly Write[], notices: readonly Notice[] = []): Promise<void> => {
    const draft = { what: 'test', writes, notices, expect: [], durable: false };
    const outcome = await decideAndCommit(store, () => ({ kind: 'commit', draft }), {
      ...{ attempts: 5, clock: systemClock, random: Math.random, newId: randomUUID, limits },
    });
    if (outcome.kind !== 'committed') throw new Error(`${outcome.kind}: ${outcome.because}`);
  };
  const tell = (...notices: readonly Partial<Notice>[]): Promise<void> =>
    commit(
      [],
      notices.map((part): Notice => ({ id: randomUUID(), kind: 'sick', text: 'sick', urgency: 'info', ...part })),
    );
  /** What stands in the channel, oldest first, without the emoji. */
  const read = () => cloud.slackMessages().map(({ text }) => text.replace(/^\S+ /u, ''));
  const leader = async () => (await store.view(limits)).leader?.holder;

  return {
    ...{ redis, cloud, store, commit, tell, read, leader },
    threads: () => cloud.slackMessages().map(({ thread_ts, ts }) => (thread_ts === ts ? undefined : thread_ts)),
    untilRead: (count: number, mostMs?: number) => until(`${count} messages`, () => read().length >= count, mostMs),
    untilEmpty: (mostMs?: number) =>
      until('the outbox is empty', async () => (await store.outboxCounts(limits)).waiting === 0, mostMs),
    /** In this process, with the real client. */
    controller: async (setting: Partial<ControllerSetting> = {}): Promise<Controller & { log: RecordingLog }> => {
      const log = recordingLog();
      const own = connectRedisPool({ name, url: redis.url });
      const { slackToken: token, slackUrl: apiUrl, slackChannel } = cloud;
      const controller = await startController(
        {
          ...{
            mode: 'act',
            urlRules: { allowedNetworks: ['127.0.0.0/8'] },
            slack: { token, apiUrl, channel: slackChannel.id },
          },
          ...setting,
        },
        { store: own, log },
      );
      inside.push({ ...controller, close: () => own.close() });
      return { ...controller, log };
    },
    /** A process of its own. */
    spawn: async (id: string, controller: object = {}): Promise<RunningMonkey> => {
      const file = join(dir, `${id}.yaml`);
      const slackSection = { channel: cloud.slackChannel.id, apiUrl: cloud.slackUrl.replace(/\/$/, '') };
      const pool = { name, redis: { url: redis.url } };
      await writeFile(file, stringify({ pool, controller: { id, mode: 'act', ...controller }, slack: slackSection }));
      const running = startMonkey(['controller', '--config', file], { SLACK_BOT_TOKEN: cloud.slackToken });
      processes.push(running);
      return running;
    },
    end: async () => {
      for (const running of processes) await running.kill();
      for (const { stop, close } of inside) {
        await stop();
        await close();
      }
      await store.close();
      await cloud.stop();
      await redis.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
};
export type RealStage = Awaited<ReturnType<typeof newRealStage>>;
