import { afterEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { silentLog } from '../../pool/log.ts';
import type { TryEnd } from '../../proxy/forward/failure.ts';
import type { Member } from '../../proxy/members.ts';
import { createMetrics } from '../../proxy/metrics.ts';
import { type Choice, RoutingTable } from '../../proxy/table.ts';
import { manualClock } from '../support/manual-clock.ts';

const successRate = { interval: 10_000, nodes: 4, requests: 10, factor: 1.4, fine: 0.95 };
const tables: RoutingTable[] = [];
afterEach(() => {
  for (const table of tables.splice(0)) table.destroy();
});

const clock = manualClock();
const member = (name: string): Member => ({ id: name, url: `http://127.0.0.1:${name.charCodeAt(0)}`, weight: 1 });
const tableOf = (names: string, onLeavingChange: () => void = () => undefined): RoutingTable => {
  const ejection = { failures: 2, time: 10_000, longest: 300_000, most: 0.5, panicBelow: 0.5, successRate };
  const rules = { choose: 'round-robin', ejection, webSocketGraceMs: 5_000, reuseWithinMs: 1_000 } as const;
  const table = new RoutingTable({ rules, clock, log: silentLog, telemetry: createMetrics(), onLeavingChange });
  tables.push(table);
  table.apply(Array.from(names).map(member), 0);
  return table;
};
const answered: TryEnd = { kind: 'answered' };
const failed: TryEnd = { kind: 'failed', because: 'reset', sent: true, reused: false };
const chosen = (table: RoutingTable): Choice => {
  const choice = table.choose([]);
  if (choice === undefined) throw new Error('nobody was chosen');
  return choice;
};
/** Makes a node fail as often as it takes to be left out; others answer. */
const eject = (table: RoutingTable, name: string): void => {
  for (let failures = 0; failures < 2; ) {
    const choice = chosen(table);
    const isIt = choice.upstream.id === name;
    table.finished(choice, isIt ? failed : answered);
    if (isIt) failures += 1;
  }
};

test('does not choose again what was tried', () => {
  const table = tableOf('ab');
  const first = chosen(table);
  const second = table.choose([first.upstream]);
  expect([first.upstream.id, second?.upstream.id].sort()).toEqual(['a', 'b']);
  expect(table.choose([first.upstream, second!.upstream])).toBeUndefined();
});

test('a node that has left stays until its last request has ended, and each end is told', () => {
  let told = 0;
  const table = tableOf('ab', () => {
    told += 1;
  });
  const held = [chosen(table), chosen(table), chosen(table), chosen(table)];
  table.apply([member('b')], 0);
  expect(table.leaving().map(({ id, inFlight }) => [id, inFlight])).toEqual([['a', 2]]);
  for (const choice of held) table.finished(choice, answered);
  expect([table.leaving().length, told]).toEqual([0, 2]);
  expect(table.members()[0]?.inFlight).toBe(0);
});

test('a node that was left out is let in on trial, one request at a time', () => {
  const table = tableOf('abc');
  eject(table, 'a');
  clock.advance(10_000);
  const trial = [chosen(table), chosen(table), chosen(table), chosen(table), chosen(table), chosen(table)];
  expect(trial.filter(({ upstream }) => upstream.id === 'a')).toHaveLength(1);
  for (const choice of trial) table.finished(choice, answered);
  const after = Array.from({ length: 12 }, () => chosen(table)).filter(({ upstream }) => upstream.id === 'a');
  expect(after.length).toBeGreaterThan(2);
  expect(after.every(({ isTrial }) => !isTrial)).toBe(true);
});

describe('a node that fails when no more may be left out', () => {
  const idsOf = (choices: readonly Choice[]) => choices.map(({ upstream }) => upstream.id);
  const some = (table: RoutingTable): readonly Choice[] => Array.from({ length: 6 }, () => chosen(table));
  /** Of a, b and c one may be out: that is a, and b fails as well. */
  const oneTooMany = (): RoutingTable => {
    const table = tableOf('abc');
    eject(table, 'a');
    eject(table, 'b');
    return table;
  };

  test('is in, and is asked last', () => {
    const table = oneTooMany();
    expect(table.leftOut.ejected(clock.monotonicMs()).map(({ id }) => id)).toEqual(['a']);
    const choices = some(table);
    expect(new Set(idsOf(choices))).toEqual(new Set(['c']));
    expect(table.choose([choices[0]!.upstream])?.upstream.id).toBe('b');
  });

  test('is tried again after a while, one request at a time, and is like the others once it answers', () => {
    const table = oneTooMany();
    table.apply(['b', 'c'].map(member), 0);
    clock.advance(10_000);
    const tries = some(table);
    expect(idsOf(tries).filter((id) => id === 'b')).toHaveLength(1);
    for (const choice of tries) table.finished(choice, answered);
    expect(idsOf(some(table)).filter((id) => id === 'b')).toHaveLength(3);
  });

  test('is asked last again where that fails', () => {
    const table = oneTooMany();
    clock.advance(9_000);
    const c = chosen(table);
    table.finished(table.choose([c.upstream])!, failed);
    clock.advance(2_000);
    // The trial of the one that is out, and all else to the one that is well.
    expect(new Set(idsOf(some(table)))).toEqual(new Set(['a', 'c']));
  });

  test('is asked like the others while there is panic: then it makes no difference who fails', () => {
    const table = tableOf('abcde');
    for (const name of ['a', 'b', 'c']) eject(table, name);
    expect(table.leftOut.ejected(clock.monotonicMs())).toHaveLength(2);
    expect(new Set(idsOf(some(table)))).toEqual(new Set(['d', 'e']));
    table.apply(['a', 'b', 'c'].map(member), 0);
    expect(table.leftOut.isPanicking(clock.monotonicMs())).toBe(true);
    expect(new Set(idsOf(some(table)))).toEqual(new Set(['a', 'b', 'c']));
  });
});

test('a trial that nobody waited for leaves room for the next', () => {
  const table = tableOf('ab');
  eject(table, 'a');
  clock.advance(10_000);
  const trial = [chosen(table), chosen(table)].find(({ isTrial }) => isTrial);
  table.finished(trial!, { kind: 'client-gone' });
  expect([chosen(table), chosen(table)].some(({ isTrial }) => isTrial)).toBe(true);
});

describe('a trial that lasts', () => {
  const onTrial = (): { readonly table: RoutingTable; readonly trial: Choice } => {
    const table = tableOf('ab');
    eject(table, 'a');
    clock.advance(10_000);
    const trial = [chosen(table), chosen(table)].find(({ isTrial }) => isTrial);
    return { table, trial: trial! };
  };
  const trialsOf = (table: RoutingTable): number => [chosen(table), chosen(table)].filter((one) => one.isTrial).length;

  test.each([false, true])('makes room for the next once it is answered (an upload: %s)', (isUpload) => {
    const { table, trial } = onTrial();
    expect(trialsOf(table)).toBe(0);
    table.heard(trial, isUpload);
    expect(trialsOf(table)).toBe(1);
  });

  test('takes no later one’s place at its end', () => {
    const { table, trial } = onTrial();
    table.heard(trial);
    expect(trialsOf(table)).toBe(1);
    table.finished(trial, { kind: 'client-gone' });
    expect(trialsOf(table)).toBe(0);
  });

  test('is passed where it became a WebSocket, and not where its answer has only begun', () => {
    const { table, trial } = onTrial();
    table.heard(trial);
    expect(table.leftOut.ejected(clock.monotonicMs()).map(({ id }) => id)).toEqual(['a']);
    table.switched(trial);
    expect(table.leftOut.ejected(clock.monotonicMs())).toEqual([]);
  });
});

test('a node that returns to the pool has a clean slate', () => {
  const table = tableOf('abc');
  eject(table, 'a');
  const held = [chosen(table)];
  table.apply([member('b'), member('c')], 0);
  table.apply(['a', 'b', 'c'].map(member), 0);
  for (const choice of held) table.finished(choice, answered);
  const next = [chosen(table), chosen(table), chosen(table)];
  expect(next.some(({ upstream }) => upstream.id === 'a')).toBe(true);
});

test('whatever happens: nothing is chosen outside the members, and in the end nothing is in flight', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('choose' as const) }),
    fc.record({
      kind: fc.constant('end' as const),
      at: fc.nat(20),
      end: fc.constantFrom<TryEnd>(answered, failed, { kind: 'cut' }, { kind: 'client-gone' }),
    }),
    fc.record({ kind: fc.constant('apply' as const), names: fc.subarray(['a', 'b', 'c', 'd']) }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(20_000) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const table = tableOf('ab');
      let names: readonly string[] = ['a', 'b'];
      const held: Choice[] = [];
      for (const one of steps) {
        if (one.kind === 'wait') clock.advance(one.ms);
        if (one.kind === 'apply') {
          names = one.names;
          table.apply(names.map(member), 0);
        }
        if (one.kind === 'choose') {
          const choice = table.choose([]);
          expect(choice === undefined).toBe(names.length === 0);
          if (choice !== undefined) expect(names).toContain(choice.upstream.id);
          if (choice !== undefined) held.push(choice);
        }
        if (one.kind === 'end') for (const choice of held.splice(one.at, 1)) table.finished(choice, one.end);
        const counted = [...table.members(), ...table.leaving()].reduce((sum, { inFlight }) => sum + inFlight, 0);
        expect(counted).toBe(held.length);
      }
      for (const choice of held) table.finished(choice, answered);
      expect(table.leaving()).toEqual([]);
    }),
  );
});

const learning = (): { readonly table: RoutingTable; readonly answer: (choice: Choice, afterMs: number) => void } => {
  const ejection = { failures: 3, time: 10_000, longest: 300_000, most: 0.5, panicBelow: 0.5, successRate };
  const rules = { choose: 'power-of-two', ejection, webSocketGraceMs: 5_000, reuseWithinMs: 1_000 } as const;
  const onLeavingChange = (): void => undefined;
  const table = new RoutingTable({ rules, clock, log: silentLog, telemetry: createMetrics(), onLeavingChange });
  tables.push(table);
  table.apply(['a', 'b'].map(member), 0);
  const answer = (choice: Choice, afterMs: number): void => {
    clock.advance(afterMs);
    table.heard(choice);
    table.finished(choice, answered);
  };
  return { table, answer };
};

test('goes to the node that answers sooner', () => {
  const { table, answer } = learning();
  for (let request = 0; request < 4; request += 1) {
    const choice = chosen(table);
    answer(choice, choice.upstream.id === 'a' ? 200 : 5);
  }
  const next = Array.from({ length: 20 }, () => {
    const choice = chosen(table);
    answer(choice, choice.upstream.id === 'a' ? 200 : 5);
    return choice.upstream.id;
  });
  expect(next.join('')).toBe('b'.repeat(20));
});

test('asks a node that was slow again once that is long ago', () => {
  const { table, answer } = learning();
  for (let request = 0; request < 4; request += 1) {
    const choice = chosen(table);
    answer(choice, choice.upstream.id === 'a' ? 200 : 5);
  }
  clock.advance(120_000);
  const seen = new Set(
    Array.from({ length: 64 }, () => {
      const choice = chosen(table);
      answer(choice, 5);
      return choice.upstream.id;
    }),
  );
  expect([...seen].sort()).toEqual(['a', 'b']);
});

test('a node that fails at once does not look fast, and neither does one whose clients gave up', () => {
  for (const [end, waitMs] of [
    [failed, 0],
    [{ kind: 'client-gone' }, 700],
  ] as const) {
    const { table, answer } = learning();
    const first = chosen(table);
    const second = table.choose([first.upstream])!;
    answer(second, 20);
    clock.advance(waitMs);
    table.finished(first, end);
    const next = Array.from({ length: 20 }, () => {
      const choice = chosen(table);
      answer(choice, 20);
      return choice.upstream.id;
    });
    expect(next.every((id) => id === second.upstream.id)).toBe(true);
  }
});

test('a download that its client takes slowly does not make the node slow', () => {
  const { table } = learning();
  const choice = chosen(table);
  clock.advance(3);
  table.heard(choice);
  clock.advance(60_000);
  table.finished(choice, answered);
  expect(choice.upstream.latencyMs).toBe(3);
});

test('how long a client uploaded until it left does not make the node slow', () => {
  const { table } = learning();
  const choice = chosen(table);
  clock.advance(60_000);
  table.finished(choice, { kind: 'client-gone' }, true);
  expect(choice.upstream.latencyMs).toBe(0);
});

test.each(['reset', 'first-byte-timeout'] as const)(
  'how long a client uploaded until its node failed (%s) does not make the node slower than one that fails',
  (because) => {
    const { table } = learning();
    const choice = chosen(table);
    clock.advance(60_000);
    table.finished(choice, { kind: 'failed', because, sent: true, reused: false }, true);
    expect(choice.upstream.latencyMs).toBe(1_000);
  },
);

test('a node that refuses is asked as often as before, and looks no faster for it, until it is left out', () => {
  const { table, answer } = learning();
  const refused: TryEnd = { kind: 'failed', because: 'refused', sent: false, reused: false };
  // One after the other: whoever is not known yet is asked next, so that both are known for the same.
  for (let known = 0; known < 2; known += 1) answer(chosen(table), 20);
  const isOut = (): boolean => table.leftOut.ejected(clock.monotonicMs()).length === 1;
  for (let request = 0; request < 64 && !isOut(); request += 1) {
    const choice = chosen(table);
    if (choice.upstream.id === 'b') answer(choice, 20);
    else {
      const before = choice.upstream.latencyMs;
      clock.advance(1);
      table.finished(choice, refused);
      expect(choice.upstream.latencyMs).toBe(isOut() ? 0 : before);
    }
  }
  expect(table.leftOut.ejected(clock.monotonicMs()).map(({ id }) => id)).toEqual(['a']);
});

describe('success rate', () => {
  const failsEach = (table: RoutingTable, name: string, every: number): void => {
    for (let request = 0; request < 200; request += 1) {
      const choice = chosen(table);
      const isError = choice.upstream.id === name && request % every === 0;
      table.finished(choice, isError ? { kind: 'answered', isError } : answered);
    }
  };

  test('leaves out who answers with errors where the others do not, once the interval is over', () => {
    const table = tableOf('abcd');
    failsEach(table, 'a', 2);
    expect(table.leftOut.ejected(clock.monotonicMs())).toEqual([]);
    clock.advance(10_000);
    table.finished(chosen(table), answered);
    expect(table.leftOut.ejected(clock.monotonicMs()).map(({ id }) => id)).toEqual(['a']);
  });

  test('leaves nobody out where all answer with errors', () => {
    const table = tableOf('abcd');
    for (let request = 0; request < 200; request += 1)
      table.finished(chosen(table), request % 2 === 0 ? { kind: 'answered', isError: true } : answered);
    clock.advance(10_000);
    table.finished(chosen(table), answered);
    expect(table.leftOut.ejected(clock.monotonicMs())).toEqual([]);
  });

  test('forgets an interval that is over', () => {
    const table = tableOf('abcd');
    clock.advance(10_000);
    table.finished(chosen(table), answered);
    expect(table.members().map(({ tally }) => tally.ended)).toEqual([0, 0, 0, 0]);
  });
});

test('tells each client how many nodes are left out, and of the panic in which that makes no difference', () => {
  const table = tableOf('abc');
  expect(chosen(table).notes).toEqual([]);
  eject(table, 'a');
  expect(chosen(table).notes).toEqual(['x-doctor-monkey-ejected', '1']);
  table.apply([member('a')], 0);
  expect(table.leftOut.isPanicking(clock.monotonicMs())).toBe(true);
  const { upstream, notes } = chosen(table);
  expect([upstream.id, notes]).toEqual(['a', ['x-doctor-monkey-ejected', '1', 'x-doctor-monkey-panic', '1']]);
});
