import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Probe } from '../../monkey/doctor/ports/probe.ts';
import type { CheckOrder } from '../../pool/policy.ts';

export interface ProbeStage {
  readonly probe: Probe;
  /** A node that is well. */
  readonly url: string;
  /** From now on nothing answers at its URL, and its command fails. */
  readonly breakDown: () => Promise<void>;
  readonly end: () => Promise<void>;
}

const orders: readonly CheckOrder[] = [
  { kind: 'content', path: '/', minBytes: 1 },
  { kind: 'status', path: '/', status: 200 },
  { kind: 'address' },
  { kind: 'http', path: '/', status: 200, body: 'meow', name: 'meow' },
  { kind: 'tcp' },
  { kind: 'command', name: 'well' },
];
const limits = { deadlineMs: 10_000 };

/** What holds for everything that checks nodes. */
export const probeContract = (name: string, start: () => Promise<ProbeStage>): void => {
  describe(name, () => {
    let stage: ProbeStage;
    beforeAll(async () => {
      stage = await start();
    });
    afterAll(() => stage.end());

    test.each(orders)('$kind passes where all is well, and says what it saw', async (order) => {
      const result = await stage.probe.check(order, stage, limits);
      expect(result).toMatchObject({ ok: true, detail: expect.stringMatching(/./), ms: expect.any(Number) });
      expect(result.name.startsWith(order.kind)).toBe(true);
    });

    test.each(orders)('$kind fails, and does not throw, for who has given up', async (order) => {
      const result = await stage.probe.check(order, stage, { ...limits, signal: AbortSignal.abort() });
      expect(result).toMatchObject({ ok: false, detail: expect.stringMatching(/./) });
    });

    test('all fail where nothing is well, and say why', async () => {
      await stage.breakDown();
      for (const order of orders) {
        const result = await stage.probe.check(order, stage, limits);
        expect(result).toMatchObject({ ok: false, detail: expect.stringMatching(/./) });
      }
    });
  });
};
