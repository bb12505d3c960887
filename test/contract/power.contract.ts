import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Ec2Power } from '../../monkey/cloud/ec2-power.ts';

/** A region with a running instance, a stopped one, one in an Auto Scaling group, and what can go wrong there. */
export interface PowerStage {
  readonly power: Ec2Power;
  readonly running: string;
  readonly stopped: string;
  /** Runs, in the group `web-group`, with the tag `doctor-monkey:pool` of `web`. */
  readonly grouped: string;
  /** Runs, and has instance-store volumes. */
  readonly volatile: string;
  /** Resolves when EC2 says so of an instance. */
  readonly until: (instanceId: string, state: 'running' | 'stopped') => Promise<void>;
  /** Reboots that the region has begun. */
  readonly reboots: (instanceId: string) => number;
  /** Throttles every call until it is undone. */
  readonly throttle: () => () => void;
  /** The next reboot happens, but nobody hears of it. */
  readonly loseReply: () => void;
  /** The next reboot is not allowed. */
  readonly deny: () => void;
  readonly end: () => Promise<void>;
}

const limits = { deadlineMs: 20_000 };
const missing = 'i-00000000000000000';

/** What holds for everything that turns machines off and on. */
export const powerContract = (name: string, start: () => Promise<PowerStage>): void => {
  describe(name, () => {
    let stage: PowerStage;
    beforeAll(async () => {
      stage = await start();
      // A first call may have to load what it needs, which a reboot does not wait for.
      await stage.power.describe(stage.running, limits);
    }, 60_000);
    afterAll(() => stage.end());

    test('describes what runs, what is stopped and what is not there', async () => {
      const { power, running, stopped } = stage;
      expect(await power.describe(running, limits)).toEqual({ kind: 'known', state: 'running' });
      expect(await power.describe(stopped, limits)).toEqual({ kind: 'known', state: 'stopped' });
      expect(await power.describe(missing, limits)).toEqual({ kind: 'no-such-instance' });
    });

    test('knows what it may reboot, without doing it', async () => {
      const { power, running, reboots } = stage;
      const before = reboots(running);
      expect(await power.canReboot(running, limits)).toEqual({ kind: 'allowed' });
      expect(await power.canReboot(missing, limits)).toMatchObject({
        kind: 'refused',
        code: 'InvalidInstanceID.NotFound',
      });
      expect(reboots(running)).toBe(before);
    });

    test('refuses to reboot what is not there or does not run, by EC2’s own code', async () => {
      const { power, stopped, reboots } = stage;
      expect(await power.reboot(missing, limits)).toMatchObject({
        kind: 'refused',
        code: 'InvalidInstanceID.NotFound',
      });
      expect(await power.reboot(stopped, limits)).toMatchObject({ kind: 'refused', code: 'IncorrectInstanceState' });
      expect(reboots(stopped)).toBe(0);
    });

    test('refuses what it may not do', async () => {
      const { power, running, reboots, deny } = stage;
      const before = reboots(running);
      deny();
      expect(await power.reboot(running, limits)).toMatchObject({
        kind: 'refused',
        code: 'UnauthorizedOperation',
        because: expect.any(String),
      });
      expect(reboots(running)).toBe(before);
    });

    test('says that it was throttled, has begun nothing then, and has asked once only', async () => {
      const { power, running, reboots, throttle } = stage;
      const before = reboots(running);
      const undo = throttle();
      expect(await power.reboot(running, limits)).toMatchObject({ kind: 'throttled', code: 'RequestLimitExceeded' });
      undo();
      expect(reboots(running)).toBe(before);
    });

    test('does not know the state of what it could not ask about until the deadline, and says why', async () => {
      const { power, running, throttle } = stage;
      const undo = throttle();
      expect(await power.describe(running, { deadlineMs: 5_000 })).toMatchObject({
        kind: 'unknown',
        because: expect.stringMatching(/request limit exceeded/i),
      });
      undo();
      expect(await power.describe(running, limits)).toEqual({ kind: 'known', state: 'running' });
    });

    test('begins nothing for who has given up already', async () => {
      const { power, running, reboots } = stage;
      const before = reboots(running);
      const answer = await power.reboot(running, { ...limits, signal: AbortSignal.abort() });
      expect(answer.kind).toBe('throttled');
      expect(reboots(running)).toBe(before);
    });

    test('accepts the reboot of what runs, and reboots it once', async () => {
      const { power, running, reboots } = stage;
      const before = reboots(running);
      expect(await power.reboot(running, limits)).toEqual({ kind: 'accepted' });
      expect(reboots(running)).toBe(before + 1);
    });

    test('does not know whether it was accepted where no reply came, and does not ask again', async () => {
      const { power, running, reboots, loseReply } = stage;
      const before = reboots(running);
      loseReply();
      expect(await power.reboot(running, limits)).toMatchObject({ kind: 'unknown', because: expect.any(String) });
      expect(reboots(running)).toBe(before + 1);
    });

    test('describes many at once: states, groups, tags, and what a stop would destroy', async () => {
      const { power, running, stopped, grouped, volatile } = stage;
      const described = await power.describeAll([running, stopped, grouped, volatile, missing], limits);
      if (described.kind !== 'described') throw new Error(described.because);
      const { instances } = described;
      expect(instances.get(running)).toMatchObject({ kind: 'known', state: 'running', storage: { kind: 'kept' } });
      expect(instances.get(running)).not.toHaveProperty('autoScalingGroup');
      expect(instances.get(stopped)).toMatchObject({ kind: 'known', state: 'stopped' });
      expect(instances.get(grouped)).toMatchObject({
        autoScalingGroup: 'web-group',
        tags: { 'doctor-monkey:pool': 'web' },
      });
      expect(instances.get(volatile)).toMatchObject({ storage: { kind: 'instance-store' } });
      expect(instances.get(missing)).toEqual({ kind: 'no-such-instance' });
      expect(instances.size).toBe(5);
    });

    test('knows nothing of many that it could not ask about', async () => {
      const { power, running, throttle } = stage;
      const undo = throttle();
      expect(await power.describeAll([running], { deadlineMs: 5_000 })).toMatchObject({
        kind: 'unknown',
        because: expect.stringMatching(/request limit exceeded/i),
      });
      undo();
    });

    test('stops what runs, and starts what is stopped', async () => {
      const { power, grouped, until } = stage;
      expect(await power.stop(grouped, limits)).toEqual({ kind: 'accepted' });
      await until(grouped, 'stopped');
      expect(await power.start(grouped, limits)).toEqual({ kind: 'accepted' });
      await until(grouped, 'running');
      expect(await power.stop(missing, limits)).toMatchObject({ kind: 'refused', code: 'InvalidInstanceID.NotFound' });
      expect(await power.start(missing, limits)).toMatchObject({ kind: 'refused', code: 'InvalidInstanceID.NotFound' });
    });

    test('says that a stop and a start were throttled, and has begun nothing then', async () => {
      const { power, running, stopped, throttle } = stage;
      const undo = throttle();
      expect(await power.stop(running, limits)).toMatchObject({ kind: 'throttled' });
      expect(await power.start(stopped, limits)).toMatchObject({ kind: 'throttled' });
      undo();
      expect(await power.describe(running, limits)).toEqual({ kind: 'known', state: 'running' });
      expect(await power.describe(stopped, limits)).toEqual({ kind: 'known', state: 'stopped' });
    });
  });
};
