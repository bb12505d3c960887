import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { proxySchema } from '../../../proxy/config-schema.ts';
import { configOfWorker, shareOf } from '../../../proxy/workers/share.ts';

const places = (of: number) => Array.from({ length: of }, (_, index) => ({ worker: index + 1, of }));

test('the shares of all workers are the limit, exactly, and differ by one at most', () => {
  fc.assert(
    fc.property(fc.nat(100_000), fc.integer({ min: 1, max: 64 }), (limit, of) => {
      const shares = places(of).map((place) => shareOf(limit, place));
      expect(shares.reduce((sum, share) => sum + share, 0)).toBe(limit);
      expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
    }),
  );
});

test('divides what is counted, and leaves alone what is a share or a time', () => {
  const config = proxySchema.parse({ limits: { connections: 7, perAddress: 5, inFlight: 3 }, retry: { atLeast: 3 } });
  const [first, second] = places(2).map((place) => configOfWorker(config, place));
  expect(first).toEqual({
    ...config,
    admin: 'off',
    limits: { ...config.limits, connections: 4, perAddress: 3, inFlight: 2 },
    retry: { ...config.retry, atLeast: 2 },
  });
  expect(second).toMatchObject({ limits: { connections: 3, perAddress: 2, inFlight: 1 }, retry: { atLeast: 1 } });
});

test('leaves no worker without a retry, unless nobody is to have one', () => {
  for (const [atLeast, shares] of [
    [2, [1, 1, 1, 1]],
    [5, [2, 1, 1, 1]],
    [0, [0, 0, 0, 0]],
  ] as const) {
    const config = proxySchema.parse({ retry: { atLeast } });
    expect(places(4).map((place) => configOfWorker(config, place).retry.atLeast)).toEqual(shares);
  }
});
