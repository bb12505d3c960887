import { describe, expect, test } from '@jest/globals';
import type { Finding } from '../../../../monkey/doctor/diagnosis/course.ts';
import type { Beside } from '../../../../monkey/doctor/why/case.ts';
import { whyOf } from '../../../../monkey/doctor/why/why.ts';
import { type NodeRecord, nodeStates } from '../../../../pool/record.ts';
import type { PoolView } from '../../../../pool/view.ts';
import { nodeRecord } from '../../../support/nodes.ts';
import { beatOf, nowMs, others, policyOf, routerOf, viewOf } from '../../../support/view.ts';

const beside: Beside = { incidents: [], viewAgeMs: 0 };
const sick: Finding = { kind: 'sick', finding: 'cpu', because: 'CPU 99%' };
const well: Finding = { kind: 'well', because: 'CPU 10%' };

const beaten = others(3).map(({ id }) => [id, nowMs - 500] as const);

/** The pool of web-1 and three others, where web-1 has just told this finding. */
const why = (
  part: Partial<NodeRecord> = {},
  view: Partial<PoolView> = {},
  more: Partial<Beside> & { readonly finding?: Finding | undefined; readonly mode?: string } = {},
) => {
  const { finding = sick, mode = 'act', ...rest } = more;
  const node = nodeRecord('web-1', part);
  const whole = viewOf([node, ...others(3)], view);
  const beat = beatOf(node, { share: 0.99 }, finding);
  const beats = new Map([...whole.beats, ['web-1', { ...beat, vitals: { ...beat.vitals, mode } }]]);
  return whyOf(view.beats === undefined ? { ...whole, beats } : whole, node, { ...beside, ...rest });
};

const vetoes = ({ guards }: ReturnType<typeof why>) =>
  guards.flatMap(({ answer, guard }) => (answer === 'veto' ? [guard] : []));

describe('a serving node', () => {
  test('that is well is left alone, and nothing is waited for', () => {
    const told = why({}, {}, { finding: well });
    expect(told).toMatchObject({
      state: 'serving',
      live: true,
      beat: { lastMs: nowMs - 500, silent: false, mode: 'act' },
      vitals: { cpu: { share: 0.99 } },
      finding: { kind: 'well', finding: null, because: 'CPU 10%' },
      conclusion: { kind: 'left-alone', because: 'it serves and is well' },
      waiting: null,
      next: [],
    });
  });

  test('that is sick and may be treated is treated next', () => {
    const told = why();
    expect(vetoes(told)).toEqual([]);
    expect(told.conclusion.kind).toBe('treated-next');
    expect(told.remedy.remedy).toBe('reboot');
    expect(told.next).toEqual([{ what: expect.stringContaining('takes it out'), atMs: null }]);
  });

  test('that is sick is only reported where its agent observes', () => {
    expect(why({}, {}, { mode: 'observe' }).conclusion.kind).toBe('only-reported');
  });

  test.each([
    ['disk', 'no remedy of ours cures a full disk'],
    ['check', 'policy.vitals.check.act is report'],
    ['pressure', 'policy.vitals.pressure.act is report'],
  ] as const)('that is sick of %s is only told of, and serves on, whatever guards say', (kind, words) => {
    const finding: Finding = { kind: 'sick', finding: kind, because: 'a test says so' };
    const lever = { by: 'ann', because: 'a release', sinceMs: 0 };
    for (const told of [why({}, {}, { finding }), why({}, { lever }, { finding })]) {
      expect(told.conclusion).toEqual({ kind: 'serves-on', because: expect.stringContaining(words) });
      expect(told.remedy).toEqual({ remedy: null, finding: kind, because: `not treated: ${words}` });
      expect(told.waiting).toBeNull();
      expect(told.next[0]?.what).toContain('it serves on');
    }
  });

  test('that is sick of a failing check is treated where the policy says so', () => {
    const source = { vitals: { check: { act: 'treat' } } } as const;
    const policy = { version: 1, by: 'ann', atMs: 0, source, policy: policyOf(source) };
    const finding: Finding = { kind: 'sick', finding: 'check', because: 'a test says so' };
    expect(why({}, { policy }, { finding }).conclusion.kind).toBe('treated-next');
  });

  test('that is sick and refused names every veto, and when each lets go', () => {
    const lever = { by: 'ann', because: 'a release', sinceMs: 0, untilMs: nowMs + 5_000 };
    const told = why({ treatmentTimes: [nowMs - 60_000] }, { lever });
    expect(told.conclusion).toEqual({
      kind: 'refused',
      because: expect.stringMatching(/^it is sick and not treated: lever, .*cooldown.* veto$/),
    });
    expect(told.waiting).toMatchObject({ for: 'guards', untilMs: nowMs + 14 * 60_000 });
    expect(told.next.filter(({ atMs }) => atMs !== null)).toEqual([
      { what: 'lever lets go', atMs: nowMs + 5_000 },
      { what: 'cooldown lets go', atMs: nowMs + 14 * 60_000 },
    ]);
  });

  test('whose vetoes cannot say when they let go waits for as long as it takes', () => {
    const told = why({}, { lever: { by: 'ann', because: 'a release', sinceMs: 0 } });
    expect(told.waiting).toMatchObject({ for: 'guards', untilMs: null });
  });

  test('whose reboots of the day are spent is quarantined next', () => {
    const remedies = [1, 2, 3].map((hours) => ({ remedy: 'reboot', finding: 'silent', atMs: nowMs - hours }) as const);
    const source = { limits: { reboots: { node: 2, pool: 9 } } };
    const told = why({ remedies }, { policy: { version: 1, by: 'ann', atMs: 0, source, policy: policyOf(source) } });
    expect(vetoes(told)).toEqual(['node-budget']);
    expect(told.conclusion.kind).toBe('quarantined-next');
  });

  test('for which no remedy is left is taken out, whatever budgets say: only a quarantine can follow', () => {
    const remedies = [1, 2, 3].map((hours) => ({ remedy: 'reboot', finding: 'cpu', atMs: nowMs - hours }) as const);
    const source = { limits: { reboots: { node: 2, pool: 2 } } };
    const told = why({ remedies }, { policy: { version: 1, by: 'ann', atMs: 0, source, policy: policyOf(source) } });
    expect(vetoes(told)).toEqual([]);
    expect(told.remedy.remedy).toBe('stop-start');
    expect(told.conclusion.kind).toBe('treated-next');
    const waiting = why(
      { remedies, state: 'quarantined', wants: 'stop-start', finding: 'cpu' },
      {
        policy: { version: 1, by: 'ann', atMs: 0, source, policy: policyOf(source) },
      },
    );
    expect(vetoes(waiting)).toEqual(['node-budget', 'pool-budget']);
  });

  test('is not asked about at EC2 unless somebody wants it', () => {
    const running = (told: ReturnType<typeof why>) => told.guards.find(({ guard }) => guard === 'running');
    expect(running(why())).toMatchObject({ answer: 'not-asked', because: 'the agent asks EC2 when it comes to it' });
    expect(running(why({}, {}, { instance: { kind: 'known', state: 'stopped' } }))).toMatchObject({ answer: 'veto' });
  });

  test('of which nothing was told yet is left alone', () => {
    expect(why({}, { beats: new Map() })).toMatchObject({
      vitals: null,
      finding: { kind: 'unknown', because: 'its agent has not beaten yet' },
      conclusion: { kind: 'left-alone' },
    });
  });

  test('whose agent is silent is found neither well nor sick, and a controller is waited for', () => {
    const seen = new Map([...beaten, ['web-1', nowMs - 60_000]]);
    const leader = { holder: 'controller-a', token: 't', untilMs: nowMs + 5_000 };
    expect(why({}, { seen, leader })).toMatchObject({
      beat: { silent: true },
      finding: { kind: 'unknown', because: 'its agent has not beaten for 1m; the last that was told: sick, CPU 99%' },
      conclusion: { kind: 'left-alone', because: 'it serves, and its agent has not beaten for 1m: it judges nothing' },
      waiting: { for: 'a-controller', because: expect.stringContaining('controller-a') },
    });
  });

  test('gets its full share once its slow start is over', () => {
    const told = why({ servingSinceMs: nowMs - 10_000 }, {}, { finding: well });
    expect(told.next).toEqual([{ what: expect.stringContaining('slow start'), atMs: nowMs + 20_000 }]);
  });
});

describe('a node on its way', () => {
  const draining = {
    state: 'draining',
    purpose: 'treat',
    drain: 'd1',
    sinceMs: nowMs - 10_000,
    incident: 'inc-1',
  } as const;

  test('that drains waits for the routers that have not let go, each named', () => {
    const routers = new Map([routerOf('r1', { d1: 2 }), routerOf('r2', {}), routerOf('r3', { d1: 0 }, nowMs - 9_000)]);
    const told = why({ ...draining, owner: 'agent:web-1' }, { routers });
    expect(told.owner).toBe('agent:web-1');
    expect(told.conclusion).toEqual({ kind: 'under-way', because: 'it is being drained for a treatment' });
    expect(told.waiting).toEqual({
      for: 'routers',
      because: 'routers are silent: r3',
      untilMs: nowMs + 20_000,
      routers: [
        { id: 'r1', atMs: nowMs, silent: false, applied: true, inFlight: 2 },
        { id: 'r2', atMs: nowMs, silent: false, applied: false, inFlight: 0 },
        { id: 'r3', atMs: nowMs - 9_000, silent: true, applied: true, inFlight: 0 },
      ],
    });
    expect(told.next[0]).toEqual({ what: 'the drain ends, whatever is still in flight', atMs: nowMs + 20_000 });
  });

  test('that is drained and whose reboot waits says for what, until when, and what then', () => {
    const untilMs = nowMs + 240_000;
    const rebootWaits = { drain: 'd1', because: 'pool-budget: 1 of 1', untilMs };
    const told = why({ ...draining, drained: 'd1', rebootWaits, stepDeadlineMs: untilMs + 15_000 });
    expect(told.waiting).toMatchObject({
      for: 'guards',
      because: expect.stringContaining('pool-budget: 1 of 1'),
      untilMs,
    });
    expect(told.next).toEqual([
      { what: expect.stringContaining('quarantined'), atMs: untilMs },
      { what: expect.stringMatching(/^rebooted as soon as guards allow it, or given back/), atMs: null },
    ]);
  });

  test('that is drained is watched without traffic', () => {
    const told = why({ ...draining, drained: 'd1', stepDeadlineMs: nowMs + 18_000 });
    expect(told.waiting).toMatchObject({ for: 'calm', untilMs: nowMs + 3_000 });
    expect(told.next[0]).toEqual({ what: expect.stringMatching(/^judged without traffic/), atMs: nowMs + 3_000 });
  });

  test.each([
    ['hold', 'to be held by ann', 'then it is held by ann'],
    ['leave', 'to leave the pool', 'then it has left the pool'],
  ] as const)('that drains to %s says what follows', (purpose, forWhat, then) => {
    const told = why({ ...draining, purpose, heldBy: 'ann' });
    expect(told.conclusion.because).toContain(forWhat);
    expect(told.next.at(-1)).toEqual({ what: then, atMs: null });
  });

  test('that reboots waits for a new boot; EC2 is asked again after the settle time', () => {
    const told = why({ state: 'rebooting', sinceMs: nowMs - 60_000, stepDeadlineMs: nowMs + 180_000 });
    expect(told.waiting).toMatchObject({ for: 'a-new-boot', untilMs: nowMs + 9 * 60_000 });
    expect(told.next.map(({ atMs }) => atMs)).toEqual([nowMs + 180_000, nowMs + 9 * 60_000, null]);
  });

  test('that is checked names its checks and their deadline', () => {
    const told = why({ state: 'checking', sinceMs: nowMs - 1_000, incident: 'inc-1' });
    expect(told.waiting).toMatchObject({
      for: 'checks',
      because: 'all must pass: content, status, address',
      untilMs: nowMs + 119_000,
    });
    expect(told.next.at(-1)?.what).toBe('once all checks pass it serves');
  });

  test('that a human holds meanwhile is held at its end', () => {
    const told = why({ state: 'checking', heldBy: 'ann' });
    expect(told.next.at(-1)?.what).toBe('once all checks pass it is held by ann');
  });

  test('whose agent is silent may be gone on with by another, from its deadline on', () => {
    const seen = new Map([...beaten, ['web-1', nowMs - 60_000]]);
    const told = why({ ...draining, owner: 'agent:web-1', stepDeadlineMs: nowMs + 4_000 }, { seen });
    expect(told.next[0]).toEqual({ what: 'another than agent:web-1 may go on with it', atMs: nowMs + 4_000 });
  });
});

describe('a node that a controller can rescue', () => {
  const seen = new Map([...beaten, ['web-1', nowMs - 60_000]] as const);
  const leader = { holder: 'controller-a', token: 't', untilMs: nowMs + 5_000 };
  const asked = ({ guards }: ReturnType<typeof why>) => guards.map(({ guard }) => guard);

  test('says that a lost one is rescued, when, and by whom; guards are those that a rescue asks', () => {
    const told = why({ state: 'lost', sinceMs: nowMs - 30_000 }, { seen, leader });
    expect(told.next).toEqual([
      { what: 'controller-a, if its controller.mode is act, reboots its machine', atMs: nowMs + 90_000 },
      { what: 'once its agent beats again it is checked, and serves if it passes', atMs: null },
    ]);
    expect(told.waiting).toMatchObject({ for: 'its-agent', because: expect.stringContaining('rescue') });
    expect(asked(told)).toContain('out-at-once');
    for (const guard of ['min-serving', 'forecast', 'heat']) expect(asked(told)).not.toContain(guard);
    expect(vetoes(told)).toEqual([]);
    expect(told.guards.find(({ guard }) => guard === 'running')?.because).toContain('the controller asks EC2');
  });

  test('says of a quarantined one that is to be stopped and started that it does not wait for a human alone', () => {
    const told = why({ state: 'quarantined', wants: 'stop-start', finding: 'cpu' }, { leader });
    expect(told.conclusion.kind).toBe('waits-for-a-controller');
    expect(told.waiting?.for).toBe('a-controller');
    expect(told.next.map(({ what }) => what)).toEqual([
      'readmitted by a human, it is checked and then serves',
      'controller-a, if its controller.mode is act, stops and starts its machine',
    ]);
    const foreign = why({ state: 'quarantined', wants: 'reimage', finding: 'cpu' }, { leader });
    expect(foreign.conclusion).toMatchObject({
      ...{ kind: 'waits-for-a-human', because: expect.stringContaining('reimage, a remedy of another version') },
    });
    expect([foreign.wants, foreign.waiting?.for]).toEqual(['reimage', 'a-human']);
    const held = why({ state: 'quarantined', wants: 'stop-start', heldBy: 'ann' }, { leader });
    expect(held.conclusion.kind).toBe('waits-for-a-human');
    expect(held.waiting?.for).toBe('a-human');
  });

  test.each([
    [['reboot'], 'reboots it again'],
    [['reboot', 'reboot'], 'stops and starts its machine'],
    [['reboot', 'reboot', 'stop-start'], 'quarantines it, and a human is paged'],
  ] as const)('after %j says of one that does not return: %s', (kinds, words) => {
    const treatmentTimes = [nowMs - 700_000];
    const remedies = kinds.map((remedy, at) => ({ remedy, finding: 'cpu', atMs: nowMs - 600_000 + at }));
    const away = { state: 'rebooting', sinceMs: nowMs - 60_000, treatmentTimes, remedies } as const;
    const told = why(away, { seen, leader });
    expect(told.next[0]?.what).toContain(words);
    expect(told.next[0]?.atMs).toBe(nowMs + 9 * 60_000);
    expect(asked(told)).toEqual(['lever', 'hold', 'node-budget', 'pool-budget', 'fresh-view']);
    expect(why({ ...away, heldBy: 'ann' }, { seen, leader }).next.map(({ what }) => what)).toContain(
      'given up if it has not booted anew: held by ann',
    );
  });
});

test.each([
  ['quarantined', 'a-human'],
  ['held', 'a-human'],
  ['lost', 'its-agent'],
  ['left', 'its-agent'],
  ['levitating', 'a-human'],
] as const)('a node that is %s waits for %s', (state, whom) => {
  expect(why({ state }).waiting?.for).toBe(whom);
});

test.each([...nodeStates, 'levitating'])('a node that is %s gets a whole answer, whatever else is unknown', (state) => {
  const node = nodeRecord('web-1', { state });
  const bare = { seen: new Map(), beats: new Map(), live: [] };
  const told = whyOf(viewOf([node], bare), node, beside);
  expect(told.guards.length).toBeGreaterThanOrEqual(5);
  expect(told.conclusion.because).not.toBe('');
  expect(JSON.parse(JSON.stringify(told))).toEqual(told);
});

test('says of a remedy under way that it is, not that it did not cure', () => {
  const atMs = nowMs - 24_000;
  const treated = { incident: 'inc-1', finding: 'cpu', treatmentTimes: [atMs], sinceMs: atMs };
  const remedies = [{ remedy: 'reboot', finding: 'cpu', atMs }] as const;
  const told = why({ state: 'rebooting', ...treated, remedies });
  expect(told.remedy).toEqual({
    remedy: 'reboot',
    finding: 'cpu',
    because: 'under way: reboot was begun 24s ago; should it not cure, next is stop-start',
  });
});

test('does not count a node that is out against itself', () => {
  const told = why({ state: 'rebooting', incident: 'inc-1', finding: 'cpu' });
  expect(vetoes(told)).not.toContain('out-at-once');
});

test('says that a policy which cannot be read stops every treatment', () => {
  const garbage = [{ kind: 'garbage', key: 'dm:{web}:policy', because: 'source: not a JSON object' }] as const;
  const told = why({}, { garbage });
  expect(vetoes(told)).toContain('fresh-view');
  expect(told.conclusion.kind).toBe('refused');
  expect(told.warnings.join()).toContain('the policy cannot be read');
});

test('says that what its agent tells cannot be read', () => {
  const garbage = [{ kind: 'garbage', key: 'dm:{web}:vitals', field: 'web-1', because: 'not a JSON object' }] as const;
  expect(why({}, { garbage, beats: new Map() }).finding).toEqual({
    kind: 'unknown',
    finding: null,
    because: 'what its agent tells cannot be read: not a JSON object',
  });
});

test('goes by the policy of the pool', () => {
  const source = { limits: { minServing: 9 } };
  const policy = { version: 1, by: 'ann', atMs: 0, source, policy: policyOf(source) };
  expect(vetoes(why({}, { policy }))).toContain('min-serving');
});

test('lists the last incidents of this node, and of no other', () => {
  const entry = (step: string, atMs: number) => ({ step, because: `${step} words`, atMs });
  const incidents = [
    { id: 'inc-9', node: 'web-1', openedMs: 9, entries: [entry('found', 9), entry('draining', 10)] },
    { id: 'inc-8', node: 'web-2', openedMs: 8, entries: [] },
    ...[7, 6, 5, 4, 3].map((at) => ({
      id: `inc-${at}`,
      node: 'web-1',
      openedMs: at,
      entries: [],
      outcome: 'healed' as const,
    })),
  ];
  const told = why({}, {}, { incidents }).incidents;
  expect(told.map(({ id }) => id)).toEqual(['inc-9', 'inc-7', 'inc-6', 'inc-5', 'inc-4']);
  expect(told[0]).toEqual({
    id: 'inc-9',
    openedMs: 9,
    outcome: null,
    because: 'found words',
    lastStep: 'draining',
    lastStepMs: 10,
  });
});
