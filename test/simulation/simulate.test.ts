/** The simulator itself: that it can be had again, that it is told in words, and that its laws can be broken. */
import { describe, expect, test } from '@jest/globals';
import { makeSchedule } from './make-schedule.ts';
import type { Law } from './observer.ts';
import { parseOptions } from './options.ts';
import { runSchedule } from './run.ts';
import type { Schedule } from './schedule.ts';
import { shrink } from './shrink.ts';

const storyOf = async (schedule: Schedule): Promise<readonly string[]> => {
  const lines: string[] = [];
  await runSchedule(schedule, (line) => lines.push(line()));
  return lines;
};

const quiet: Schedule = {
  ...makeSchedule(1),
  ...{ nodes: 3, controllers: 1, proxies: 1, load: 0.1, replica: false, forMs: 60_000, happenings: [] },
  policy: {
    vitals: { rounds: { sick: 2, of: 3 }, grace: '0s' },
    limits: { minServing: 1, cooldown: '1m' },
    drain: { deadline: '5s', calm: '1s' },
    reboot: { settle: '12s', deadline: '40s' },
    checks: { deadline: '6s', run: [{ kind: 'content' }] },
    silence: { after: '8s' },
  },
};

describe('a run', () => {
  test('is the same, to the millisecond, whenever it is made from the same seed', async () => {
    const schedule = makeSchedule(4_711);
    expect(await storyOf(schedule)).toEqual(await storyOf(schedule));
  });

  test('heals a sick node from its drain to its return, and tells it step by step', async () => {
    const sick = { kind: 'sick', atMs: 10_000, node: 2, until: 'reboot' } as const;
    const story = (await storyOf({ ...quiet, happenings: [sick] })).join('\n');
    const steps = ['commits admitted', 'commits drained', 'commits rebooting', 'asks EC2: reboot', 'goes down'];
    for (const step of [...steps, 'is up', 'commits rebooted', 'commits back']) expect(story).toContain(step);
  });

  test('treats nobody by what an agent measured before it was stopped for long, twice in a row', async () => {
    const happenings: Schedule['happenings'] = [
      { kind: 'sick', atMs: 8_815, node: 1, until: 'reboot' },
      {
        kind: 'strike',
        atMs: 8_815,
        process: 'agent 1',
        call: 'commit',
        nth: 1,
        strike: { at: 'sending', what: 'stop', ms: 15_000 },
      },
      { kind: 'stop', atMs: 24_976, process: 'agent 1', forMs: 12_000 },
    ];
    const { violation, counts } = await runSchedule({ ...quiet, happenings });
    expect({ violation, treated: counts.admitted }).toEqual({ violation: undefined, treated: 1 });
  });

  test('without anything that happens shows a pool that serves and nobody treated', async () => {
    const { violation, counts } = await runSchedule(quiet);
    expect({ violation, treated: counts.admitted, calls: counts.calls }).toEqual({
      violation: undefined,
      treated: 0,
      calls: 0,
    });
  });
});

test('a few dozen schedules show no violation', async () => {
  const seeds = Array.from({ length: 25 }, (_, index) => 9_000 + index);
  const found: unknown[] = [];
  for (const seed of seeds) {
    const { violation } = await runSchedule(makeSchedule(seed));
    if (violation !== undefined) found.push({ seed, violation });
  }
  expect(found).toEqual([]);
}, 300_000);

describe('a schedule that breaks a law', () => {
  const nobodyIsDrained: Law = {
    name: 'nobody is ever drained',
    onCommit: ({ after, changed }) => changed.find((id) => after.get(id)?.state === 'draining'),
  };
  const schedule: Schedule = {
    ...quiet,
    happenings: [
      { kind: 'load', atMs: 5_000, times: 1.1, forMs: 3_000 },
      { kind: 'leap', atMs: 7_000, ms: 10 },
      { kind: 'sick', atMs: 9_000, node: 1, until: 'reboot' },
      { kind: 'app-breaks', atMs: 50_000, node: 2, until: 'by-itself' },
    ],
  };

  test('ends at the moment of the violation', async () => {
    const { violation, lastedMs } = await runSchedule(schedule, undefined, [nobodyIsDrained]);
    expect(violation).toMatchObject({ law: 'nobody is ever drained', because: 'i-00000001' });
    expect(lastedMs).toBeLessThan(30_000);
  });

  test('is shrunk to what does it', async () => {
    const small = await shrink(schedule, nobodyIsDrained.name, [nobodyIsDrained]);
    expect(small.happenings.map(({ kind }) => kind)).toEqual(['sick']);
    expect(small).toMatchObject({ controllers: 0, proxies: 0 });
  }, 120_000);
});

describe('the command line', () => {
  test('takes a fresh seed where none is given', () => {
    const [one, other] = [parseOptions([]), parseOptions([])];
    expect(one.kind === 'run' && other.kind === 'run' && one.options.seed !== other.options.seed).toBe(true);
  });

  test.each([
    [['--schedules', 'many'], /--schedules "many" is not a whole number/],
    [['--seed', '-1'], /seed/],
    [['--jobs', '0'], /--jobs "0" is not a whole number from 1/],
    [['--scedules', '1'], /scedules/],
  ])('%p is refused in words', (argv, because) => {
    expect(parseOptions(argv)).toEqual({ kind: 'wrong', because: expect.stringMatching(because) });
  });
});
