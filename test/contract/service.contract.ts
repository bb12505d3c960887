import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Service } from '../../monkey/doctor/ports/service.ts';

export interface ServiceStage {
  readonly service: Service;
  /** How often it was started, from the first on. */
  readonly starts: () => Promise<number>;
  /** From now on nothing comes of a restart: it is not allowed, or there is no such service. */
  readonly refuse: () => Promise<void>;
  readonly end: () => Promise<void>;
}

const limits = { deadlineMs: 10_000 };

/** What holds for everything that restarts a service. */
export const serviceContract = (name: string, start: () => Promise<ServiceStage>): void => {
  describe(name, () => {
    let stage: ServiceStage;
    beforeEach(async () => {
      stage = await start();
    });
    afterEach(() => stage.end());

    test('restarts it once, and says so when that is proven', async () => {
      const before = await stage.starts();
      expect(await stage.service.restart(limits)).toMatchObject({ kind: 'restarted', because: expect.any(String) });
      expect(await stage.starts()).toBe(before + 1);
    });

    test('restarts it again', async () => {
      const before = await stage.starts();
      await stage.service.restart(limits);
      expect(await stage.service.restart(limits)).toMatchObject({ kind: 'restarted' });
      expect(await stage.starts()).toBe(before + 2);
    });

    test('says why it failed, and never throws', async () => {
      await stage.refuse();
      expect(await stage.service.restart(limits)).toMatchObject({ kind: 'failed', because: expect.any(String) });
    });

    test('does nothing where it is stopped before it began', async () => {
      const before = await stage.starts();
      const answer = await stage.service.restart({ ...limits, signal: AbortSignal.abort() });
      expect(answer.kind).toBe('failed');
      expect(await stage.starts()).toBe(before);
    });
  });
};
