import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { powerOfTwo } from '../../proxy/power-of-two.ts';
import { seededRandom } from '../support/seeded-random.ts';

interface Node {
  shareNow: number;
  inFlight: number;
  credit: number;
  latencyMs: number;
  latencyAtMs: number;
}

const node = (given: Partial<Node> = {}): Node => ({
  ...{ shareNow: 1, inFlight: 0, credit: 0, latencyMs: 5, latencyAtMs: 0 },
  ...given,
});

/** What share of the requests each node gets where every one has ended before the next comes. */
const sharesWhenQuiet = (nodes: readonly Node[], count = 20_000): number[] => {
  const random = seededRandom(7);
  const got = nodes.map(() => 0);
  for (let request = 0; request < count; request += 1) {
    const at = nodes.indexOf(powerOfTwo(nodes, 0, random)!);
    got[at] = (got[at] ?? 0) + 1;
  }
  return got.map((times) => times / count);
};

/** The same where `busy` requests are always under way, and each ends after the time that its node takes. */
const sharesUnderLoad = (nodes: readonly Node[], busy: number, takesMs: readonly number[]): number[] => {
  const random = seededRandom(11);
  const got = nodes.map(() => 0);
  const underWay: { readonly at: number; readonly endsMs: number }[] = [];
  let nowMs = 0;
  for (let request = 0; request < 20_000; request += 1) {
    if (underWay.length === busy) {
      underWay.sort((one, other) => one.endsMs - other.endsMs);
      const ended = underWay.shift()!;
      nowMs = ended.endsMs;
      nodes[ended.at]!.inFlight -= 1;
    }
    const at = nodes.indexOf(powerOfTwo(nodes, nowMs, random)!);
    got[at]! += 1;
    nodes[at]!.inFlight += 1;
    underWay.push({ at, endsMs: nowMs + takesMs[at]! * (0.5 + random()) });
  }
  return got.map((times) => times / 20_000);
};

describe('where all is quiet', () => {
  test('equals get the same', () => {
    for (const share of sharesWhenQuiet([node(), node(), node(), node()])) expect(share).toBeCloseTo(0.25, 1);
  });

  test('each gets what its weight says', () => {
    const [heavy = 0, light = 0, other = 0] = sharesWhenQuiet([node({ shareNow: 6 }), node({ shareNow: 1 }), node()]);
    expect(heavy).toBeCloseTo(6 / 8, 1);
    expect(Math.abs(light - other)).toBeLessThan(0.02);
  });

  test('a node that has just come back gets a tenth of the others', () => {
    const [back = 0, other = 0] = sharesWhenQuiet([node({ shareNow: 0.1 }), node(), node()]);
    expect(back / other).toBeGreaterThan(0.05);
    expect(back / other).toBeLessThan(0.2);
  });

  test('a weight of 0 gets nothing while others have one', () => {
    expect(sharesWhenQuiet([node({ shareNow: 0 }), node(), node()])[0]).toBe(0);
    expect(sharesWhenQuiet([node({ shareNow: 0 }), node()])).toEqual([0, 1]);
  });

  test('where all weights are 0 they count as equal', () => {
    for (const share of sharesWhenQuiet([node({ shareNow: 0 }), node({ shareNow: 0 })]))
      expect(share).toBeCloseTo(0.5, 1);
  });
});

describe('under load', () => {
  test('equals get the same', () => {
    const shares = sharesUnderLoad([node(), node(), node(), node()], 32, [5, 5, 5, 5]);
    for (const share of shares) expect(Math.abs(share - 0.25)).toBeLessThan(0.02);
  });

  test('a slow node gets less', () => {
    const nodes = [node({ latencyMs: 50, latencyAtMs: 0 }), node(), node()];
    const [slow = 1] = sharesUnderLoad(nodes, 16, [50, 5, 5]);
    expect(slow).toBeLessThan(0.1);
  });

  test('a slow node gets less already by what is in flight, before anything is known of its latency', () => {
    const nodes = [node({ latencyMs: 0 }), node({ latencyMs: 0 }), node({ latencyMs: 0 })];
    const [slow = 1] = sharesUnderLoad(nodes, 24, [50, 5, 5]);
    expect(slow).toBeLessThan(0.15);
  });

  test('a node that was slow once is not left idle while the others drown', () => {
    const nodes = [node({ latencyMs: 60_000 }), node(), node()];
    const [once = 0] = sharesUnderLoad(nodes, 90, [5, 5, 5]);
    expect(once).toBeGreaterThan(0.02);
  });

  test('a node of twice the weight carries twice as much', () => {
    const [heavy = 0, ...others] = sharesUnderLoad([node({ shareNow: 2 }), node(), node()], 64, [5, 5, 5]);
    expect(Math.abs(heavy - 0.5)).toBeLessThan(0.03);
    for (const share of others) expect(Math.abs(share - 0.25)).toBeLessThan(0.03);
  });
});

test('a node that has answered nothing yet gets one request, and no second one until it has', () => {
  const fresh = node({ latencyMs: 0 });
  const old = node();
  expect(powerOfTwo([fresh, old], 0, () => 0)).toBe(fresh);
  expect(powerOfTwo([fresh, old], 0, () => 0.9)).toBe(fresh);
  fresh.inFlight = 1;
  expect(powerOfTwo([fresh, old], 0, () => 0)).toBe(old);
});

test('latencies that differ by chance are the same', () => {
  const [one = 0, other = 0] = sharesWhenQuiet([node({ latencyMs: 9 }), node({ latencyMs: 5 })]);
  expect(Math.abs(one - other)).toBeLessThan(0.03);
});

test('whoever there is: somebody of them is chosen, and of two never the one that has more to do', () => {
  const some = fc.record({
    shareNow: fc.constantFrom(0, 0.1, 1, 3),
    inFlight: fc.nat(50),
    latencyMs: fc.constantFrom(0, 1, 5, 40, 9_000),
  });
  const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.array(some, { maxLength: 6 }), draw, draw, (given, first, second) => {
      const nodes = given.map(node);
      const draws = [first, second];
      const chosen = powerOfTwo(nodes, 0, () => draws.shift() ?? 0);
      if (nodes.length === 0) expect(chosen).toBeUndefined();
      else expect(nodes).toContain(chosen);
      if (nodes.some(({ shareNow }) => shareNow > 0)) expect(chosen?.shareNow).toBeGreaterThan(0);
      const [one, other] = nodes.length === 2 && nodes[0] === chosen ? nodes : [...nodes].reverse();
      if (nodes.length !== 2 || one === undefined || other === undefined) return;
      if (one.shareNow !== other.shareNow || other.latencyMs === 0) return;
      expect(one.inFlight > other.inFlight && one.latencyMs > other.latencyMs).toBe(false);
    }),
  );
});
