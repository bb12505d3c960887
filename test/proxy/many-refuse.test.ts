/** Many nodes are dead at once: what a client's request, which asks up to five nodes, meets. */
import { afterEach, expect, test } from '@jest/globals';
import { silentLog } from '../../pool/log.ts';
import type { TryEnd } from '../../proxy/forward/failure.ts';
import { createMetrics } from '../../proxy/metrics.ts';
import { RoutingTable } from '../../proxy/table.ts';
import type { Upstream } from '../../proxy/upstream.ts';
import { manualClock } from '../support/manual-clock.ts';

const clock = manualClock();
let table: RoutingTable;
afterEach(() => table.destroy());

const members = (names: string) =>
  Array.from(names, (id) => ({ id, url: `http://127.0.0.1:${id.charCodeAt(0)}`, weight: 1 }));

/** A table of ten nodes that have all answered in 20 ms. */
const begin = (): void => {
  const successRate = { interval: 10_000, nodes: 5, requests: 100, factor: 1.4, fine: 0.95 };
  const ejection = { failures: 5, time: 10_000, longest: 300_000, most: 0.5, panicBelow: 0.5, successRate };
  const rules = { choose: 'power-of-two', ejection, webSocketGraceMs: 5_000, reuseWithinMs: 1_000 } as const;
  const onLeavingChange = (): void => undefined;
  table = new RoutingTable({ rules, clock, log: silentLog, telemetry: createMetrics(), onLeavingChange });
  table.apply(members('abcdefghij'), 0);
  lostOf(60, '', false);
};

const answered: TryEnd = { kind: 'answered' };
const refused: TryEnd = { kind: 'failed', because: 'refused', sent: false, reused: false };

/** One request; says whether a node has answered. */
const request = (dead: string, isUpload: boolean): boolean => {
  const tried: Upstream[] = [];
  while (tried.length < 5) {
    const choice = table.choose(tried);
    if (choice === undefined) return false;
    const isDead = dead.includes(choice.upstream.id);
    if (!isDead) {
      clock.advance(20);
      table.heard(choice, isUpload);
    }
    table.finished(choice, isDead ? refused : answered, isUpload);
    if (!isDead) return true;
    tried.push(choice.upstream);
  }
  return false;
};

const lostOf = (count: number, dead: string, isUpload: boolean): number =>
  Array.from({ length: count }, () => request(dead, isUpload)).filter((isAnswered) => !isAnswered).length;

// Without the preference for those that answer it is some 45 of 100.
test.each([false, true])('a panic costs hardly any request (uploads: %s)', (isUpload) => {
  begin();
  lostOf(80, 'abcde', isUpload);
  table.apply(members('abcdeij'), 0);
  expect(table.leftOut.isPanicking(clock.monotonicMs())).toBe(true);
  expect(lostOf(100, 'abcde', isUpload)).toBeLessThanOrEqual(5);
});

test('two of ten that answer are soon found by all', () => {
  begin();
  lostOf(20, 'abcdefgh', false);
  expect(lostOf(100, 'abcdefgh', false)).toBeLessThanOrEqual(5);
});
