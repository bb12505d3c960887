import { describe, expect, test } from '@jest/globals';
import { countersOf, numbersText } from '../../../proxy/numbers.ts';
import { Crew } from '../../../proxy/workers/crew.ts';
import type { FromWorker, Order, ToWorker } from '../../../proxy/workers/messages.ts';
import type { StartWorker, WorkerEnd } from '../../../proxy/workers/process.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { virtualClock } from '../../support/virtual-clock.ts';
import { member, numbersOf, shownPool, telling } from './told.ts';

/** A worker's process as a test plays it. */
interface Played {
  readonly order: Order;
  readonly heard: ToWorker[];
  readonly killed: string[];
  readonly say: (message: FromWorker) => void;
  readonly end: (end?: Partial<WorkerEnd>) => void;
  /** Asked how it is, it says so. */
  requests: number;
  hangs: boolean;
}

const crewOf = (workers: number) => {
  const clock = virtualClock();
  const log = recordingLog();
  const played: Played[] = [];
  const forgotten: string[] = [];
  const start: StartWorker = (order, hear, ended) => {
    const answer = async (ask: number): Promise<void> => {
      const shown = shownPool([member('a', { inFlight: 1 })]);
      const numbers = await numbersOf(one.requests, { a: 1 });
      hear({ kind: 'told', ask, telling: telling(order.router, shown), numbers });
    };
    const one: Played = {
      ...{ order, heard: [], killed: [], requests: 0, hangs: false },
      say: hear,
      end: (end = {}) => ended({ code: null, signal: null, ...end }),
    };
    played.push(one);
    return {
      pid: played.length,
      send: (message) => {
        one.heard.push(message);
        if (message.kind === 'tell' && !one.hangs) void answer(message.ask);
      },
      kill: (signal) => {
        one.killed.push(signal);
        if (signal === 'SIGKILL') one.end({ signal });
        if (signal === 'SIGTERM' && !one.hangs) one.end({ code: 0 });
      },
    };
  };
  const pools = [
    {
      name: 'web',
      forgetRouter: async (router: string) => {
        forgotten.push(router);
      },
    },
  ];
  const crew = new Crew({ proxy: 'r', workers, start, files: { 'a.yaml': { text: 'x' } }, pools, clock, log });
  const serving = (): void => {
    for (const one of played) one.say({ kind: 'serving', url: 'http://127.0.0.1:1' });
  };
  return { clock, log, crew, played, forgotten, serving };
};

/** Asks all workers; time passes for those that do not answer. */
const look = async ({ crew, clock }: ReturnType<typeof crewOf>) => {
  const looking = crew.look();
  let isOver = false;
  void looking.then(() => (isOver = true));
  await clock.until(() => isOver, 2_000);
  return looking;
};

const requestsOf = async (stage: ReturnType<typeof crewOf>): Promise<number> => {
  const { seen, gone } = await look(stage);
  const text = await numbersText([...seen.flatMap(({ told }) => told?.numbers ?? []), ...gone]);
  return Number(/requests_total\{code="2xx"\} (\d+)/.exec(text)?.[1]);
};

describe('a crew', () => {
  test('has begun once every worker serves, each by its own name and what the first process has read', async () => {
    const { crew, played, serving } = crewOf(2);
    expect(played.map(({ order }) => order)).toEqual([
      { worker: 1, of: 2, router: 'r-w1', pseudonym: 'doctor-monkey-r' },
      { worker: 2, of: 2, router: 'r-w2', pseudonym: 'doctor-monkey-r' },
    ]);
    expect(played[1]?.heard).toEqual([{ kind: 'begin', files: { 'a.yaml': { text: 'x' } } }]);
    let url: string | undefined;
    void crew.begun().then((told) => (url = told));
    played[0]?.say({ kind: 'serving', url: 'http://127.0.0.1:1' });
    await new Promise(setImmediate);
    expect(url).toBeUndefined();
    serving();
    await new Promise(setImmediate);
    expect(url).toBe('http://127.0.0.1:1');
  });

  test('ends nobody who serves where another cannot begin: it has begun, and that one is tried again', async () => {
    const { crew, played, clock, log } = crewOf(2);
    played[0]?.say({ kind: 'serving', url: 'http://127.0.0.1:1' });
    played[1]?.say({ kind: 'failed', because: 'not enough memory' });
    played[1]?.end({ code: 3 });
    expect(await crew.begun()).toBe('http://127.0.0.1:1');
    await clock.run(5_000);
    expect(played[0]?.killed).toEqual([]);
    expect(played).toHaveLength(3);
    expect(log.events()).toContain('worker-ended');
  });

  test('does not begin where none serves and a worker cannot, says why in its words, and leaves none', async () => {
    const { crew, played, clock, log } = crewOf(2);
    const begun = crew.begun();
    const failed = expect(begun).rejects.toThrow('proxy.tls: no such file');
    played[1]?.say({ kind: 'failed', because: 'proxy.tls: no such file' });
    played[1]?.end({ code: 3 });
    await clock.run(5_000);
    await failed;
    expect(played).toHaveLength(2);
    expect(played[0]?.killed).toEqual(['SIGTERM']);
    expect(log.events()).not.toContain('worker-ended');
  });

  test('replaces whoever ends: at once, then later and later, under a new name', async () => {
    const { played, clock, log, serving } = crewOf(2);
    serving();
    const startedMs: number[] = [];
    for (let death = 0; death < 4; death += 1) {
      const before = played.length;
      const endedMs = clock.monotonicMs();
      played.at(death === 0 ? 0 : -1)?.end({ signal: 'SIGKILL' });
      await clock.until(() => played.length > before, 10_000);
      startedMs.push(clock.monotonicMs() - endedMs);
    }
    expect(startedMs).toEqual([0, 100, 200, 400]);
    expect(played.map(({ order }) => order.router)).toEqual(['r-w1', 'r-w2', 'r-w1-2', 'r-w1-3', 'r-w1-4', 'r-w1-5']);
    expect(log.of('worker-ended').at(-1)?.fields).toMatchObject({ worker: 1, signal: 'SIGKILL', againInMs: 400 });
  });

  test('a worker that has lived for a minute is replaced at once again', async () => {
    const { played, clock, log, serving } = crewOf(1);
    serving();
    const alive = { kind: 'alive', counters: countersOf(await numbersOf(0)) } as const;
    for (let second = 0; second < 61; second += 1) {
      await clock.run(1_000);
      played[0]?.say(alive);
    }
    played[0]?.end({ code: 1 });
    await clock.run(1);
    expect(log.of('worker-ended')[0]?.fields).toMatchObject({ code: 1, againInMs: 0 });
    expect(played).toHaveLength(2);
  });
});

describe('the pool', () => {
  test('is told of the dead once their end is known, twice, and never of their successors', async () => {
    const { played, clock, forgotten, serving } = crewOf(2);
    serving();
    await clock.run(5_000);
    expect(forgotten).toEqual([]);
    played[0]?.end({ signal: 'SIGKILL' });
    await clock.run(5_000);
    expect(forgotten).toEqual(['r-w1', 'r-w1']);
  });

  test('is told nothing of a worker that hangs: it is silent there by itself', async () => {
    const stage = crewOf(2);
    stage.serving();
    stage.played[0]!.hangs = true;
    await stage.clock.run(20_000);
    const { seen } = await look(stage);
    expect(seen.map(({ state }) => state)).toEqual(['silent', 'serving']);
    expect(stage.forgotten).toEqual([]);
  });

  test('hears a good-bye also for a worker that ends in order, whose own may have failed', async () => {
    const { played, clock, forgotten, serving } = crewOf(2);
    serving();
    played[0]?.end({ code: 0 });
    await clock.run(5_000);
    expect(forgotten).toEqual(['r-w1']);
    expect(played).toHaveLength(3);
  });
});

describe('a worker that hangs', () => {
  test('is killed after half a minute, and replaced', async () => {
    const { played, clock, log, serving } = crewOf(1);
    serving();
    await clock.run(29_000);
    expect(played[0]?.killed).toEqual([]);
    await clock.run(2_000);
    expect(played[0]?.killed).toEqual(['SIGKILL']);
    expect(log.events()).toContain('worker-stuck');
    expect(played).toHaveLength(2);
  });

  test('is not killed where the first process was held up itself', async () => {
    const { played, clock, serving } = crewOf(1);
    serving();
    clock.leap(40_000);
    await clock.run(2_000);
    expect(played[0]?.killed).toEqual([]);
  });
});

describe('what was counted', () => {
  test('adds up, and never falls when a worker dies or is silent', async () => {
    const stage = crewOf(2);
    stage.serving();
    const [first, second] = stage.played as [Played, Played];
    first.requests = 5;
    second.requests = 7;
    expect(await requestsOf(stage)).toBe(12);
    // Since then it has told of two more, and is killed.
    first.say({ kind: 'alive', counters: countersOf(await numbersOf(7)) });
    first.end({ signal: 'SIGKILL' });
    expect(await requestsOf(stage)).toBe(14);
    second.hangs = true;
    expect(await requestsOf(stage)).toBe(14);
    const third = stage.played[2]!;
    third.say({ kind: 'serving', url: 'http://127.0.0.1:1' });
    third.requests = 1;
    expect(await requestsOf(stage)).toBe(15);
  });

  test('of what the dead had in flight nothing is left', async () => {
    const stage = crewOf(2);
    stage.serving();
    await look(stage);
    stage.played[0]?.end({ signal: 'SIGKILL' });
    const { seen } = await look(stage);
    expect(seen.map(({ state, told }) => [state, told?.telling.shown.members[0]?.inFlight])).toEqual([
      ['starting', undefined],
      ['serving', 1],
    ]);
  });
});

describe('told to stop', () => {
  test('it ends every worker, starts none, and kills who does not end in time', async () => {
    const { crew, played, clock, forgotten, serving } = crewOf(2);
    serving();
    played[1]!.hangs = true;
    const stopping = crew.stop(25_000);
    await clock.run(24_000);
    expect(played.map(({ killed }) => killed)).toEqual([['SIGTERM'], ['SIGTERM']]);
    await clock.run(5_000);
    await stopping;
    expect(played.map(({ killed }) => killed)).toEqual([['SIGTERM'], ['SIGTERM', 'SIGKILL']]);
    expect(played).toHaveLength(2);
    expect(new Set(forgotten)).toEqual(new Set(['r-w1', 'r-w2']));
  });
});
