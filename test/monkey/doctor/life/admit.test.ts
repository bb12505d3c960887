import { describe, expect, test } from '@jest/globals';
import { type Admission, admit, judgeAdmission } from '../../../../monkey/doctor/life/admit.ts';
import type { Answer } from '../../../../monkey/doctor/treatment/guard.ts';
import { askGuards } from '../../../../monkey/doctor/treatment/guards.ts';
import { relapseWithinMs } from '../../../../monkey/doctor/treatment/treated-anew.ts';
import { nodeRecord } from '../../../support/nodes.ts';
import { questionOf } from '../../../support/question.ts';
import { committed, nowMs, others, policyOf, steps, viewOf, written } from '../../../support/view.ts';

const policy = policyOf({ drain: { deadline: '30s', calm: '5s' }, evidence: { deadline: '10s' } });
const asking: Admission = {
  node: 'web-1',
  session: 'session-of-web-1',
  finding: { kind: 'sick', finding: 'cpu', because: 'CPU 99%' },
  mode: 'act',
  policy,
  instance: { kind: 'known', state: 'running' },
  viewAgeMs: 20,
  sinceLostPoolMs: undefined,
};
const node = nodeRecord('web-1', { servingSinceMs: 5, version: 3, commit: 'c3' });
const view = viewOf([node, ...others(3)]);

test('takes a sick node out, for a treatment of its own', () => {
  expect(written(admit(asking)(view, 'c11'))).toMatchObject({
    state: 'draining',
    sinceMs: nowMs,
    because: 'CPU 99%',
    purpose: 'treat',
    drain: 'c11',
    incident: 'inc-c11',
    owner: 'agent:web-1',
    relapses: 0,
    treatmentTimes: [nowMs],
  });
});

test('expects its own token, that nobody else was taken out meanwhile, and that no lever is pulled', () => {
  const draft = committed(admit(asking)(view, 'c11'));
  expect(draft.expect).toEqual([
    { kind: 'node', node: 'web-1', token: '3:c3' },
    { kind: 'admission', admissionVersion: 4 },
    { kind: 'lever-free' },
  ]);
  expect(draft.durable).toBe(true);
});

test('leaves nothing of the time in service, and none of the times it is told in twice', () => {
  const decision = admit(asking)(view, 'c11');
  expect(written(decision)).not.toHaveProperty('servingSinceMs');
  expect(written(decision)).not.toHaveProperty('version');
  expect(steps(decision)).toEqual(['found', 'draining']);
  expect(committed(decision).notices.map(({ id, kind }) => [id, kind])).toEqual([
    ['c11.0', 'sick'],
    ['c11.1', 'draining'],
  ]);
});

test('drops what an earlier order, or a call of a controller, has left in the record', () => {
  const left = { finding: 'ordered', orderedBy: 'ann', forced: ['heat'], call: 'stop', wants: 'stop-start' } as const;
  const record = written(admit(asking)(viewOf([{ ...node, ...left }, ...others(3)]), 'c11'));
  for (const gone of ['orderedBy', 'forced', 'call', 'wants']) expect(record).not.toHaveProperty(gone);
  expect(record.finding).toBe('cpu');
});

test('gives its step all the time that it may take before another may go on with it', () => {
  expect(written(admit(asking)(view, 'c11')).stepDeadlineMs).toBe(nowMs + 30_000 + 5_000 + 10_000 + 15_000);
});

test('counts a treatment soon after the last one as a relapse, and a late one as none', () => {
  const after = (agoMs: number) => {
    const treated = { ...node, relapses: 2, treatmentTimes: [nowMs - agoMs] };
    return written(admit(asking)({ ...view, nodes: new Map([...view.nodes, ['web-1', treated]]) }, 'c11')).relapses;
  };
  // Two relapses make the cooldown four times as long.
  expect(after(4 * policy.limits.cooldown)).toBe(3);
  expect(after(relapseWithinMs + 1)).toBe(0);
});

test('keeps the times of the last fifty treatments', () => {
  const treatmentTimes = Array.from({ length: 50 }, (_, index) => index - 10 ** 9);
  const often = { ...node, treatmentTimes };
  const times = written(admit(asking)(viewOf([often, ...others(3)]), 'c11')).treatmentTimes;
  expect(times).toHaveLength(50);
  expect(times.at(-1)).toBe(nowMs);
});

test('refuses with every guard that vetoes', () => {
  const judged = judgeAdmission(asking, viewOf([{ ...node, treatmentTimes: [nowMs - 1] }]));
  expect(judged.kind === 'refuse' && judged.vetoes.map(({ guard }) => guard)).toEqual(['min-serving', 'cooldown']);
});

test('records what every guard has said, with its numbers, in the first entry of the incident', () => {
  const [found] = committed(admit(asking)(view, 'c11')).writes.flatMap((write) =>
    write.kind === 'incident' ? [write.entry] : [],
  );
  expect(found).toMatchObject({ step: 'found', because: 'CPU 99%', detail: { finding: 'cpu' } });
  const answers = found?.detail?.['answers'] as readonly Answer[];
  expect(answers).toEqual(askGuards(questionOf([node, ...others(3)])));
  expect(answers.find(({ guard }) => guard === 'min-serving')).toEqual({
    kind: 'allow',
    guard: 'min-serving',
    because: '3 other nodes serve, at least 1 must',
    detail: { left: 3, minServing: 1 },
  });
});

test.each([
  ['EC2 was not asked', { instance: undefined }, 'running'],
  ['EC2 could not say', { instance: { kind: 'unknown', because: 'throttled' } as const }, 'running'],
  ['the view is old', { viewAgeMs: 60_000 }, 'fresh-view'],
  ['the pool was lost', { sinceLostPoolMs: 1 }, 'fresh-view'],
])('refuses where %s', (_why, part, guard) => {
  const judged = judgeAdmission({ ...asking, ...part }, view);
  expect(judged.kind === 'refuse' && judged.vetoes.map((veto) => veto.guard)).toEqual([guard]);
});

describe('a node whose reboots of the day are spent', () => {
  const spent = {
    ...node,
    ...{ restarting: 'd-1', wants: 'stop-start' as const },
    remedies: [1, 2, 3].map((ago) => ({ remedy: 'reboot' as const, finding: 'silent', atMs: nowMs - ago })),
  };
  const ask = (part: Partial<Admission> = {}, pool = viewOf([spent, ...others(3)])) =>
    admit({ ...asking, ...part })(pool, 'c11');

  test('is quarantined, and a human is paged', () => {
    const decision = ask();
    const because = '3 of 3 reboots of this node within 24 h are used, and it is sick again: CPU 99%';
    expect(written(decision)).toMatchObject({ state: 'quarantined', because, sinceMs: nowMs });
    // Its page is over only once somebody has ended the incident.
    expect(written(decision).incident).toBe('inc-c11');
    for (const gone of ['servingSinceMs', 'drain', 'restarting', 'wants', 'finding'])
      expect(written(decision)).not.toHaveProperty(gone);
    expect(committed(decision)).toMatchObject({
      what: 'quarantined',
      durable: true,
      expect: [{ kind: 'node' }, { kind: 'admission', admissionVersion: 4 }, { kind: 'lever-free' }],
      notices: [{ kind: 'quarantined', urgency: 'page', incident: 'inc-c11' }],
    });
    expect(steps(decision)).toEqual(['found', 'quarantined']);
  });

  test('stays where another guard refuses as well: nobody would take its place', () => {
    expect(ask({}, viewOf([spent])).kind).toBe('nothing');
    const judged = judgeAdmission(asking, viewOf([spent]));
    expect(judged.kind === 'refuse' && judged.vetoes.map(({ guard }) => guard)).toEqual(['min-serving', 'node-budget']);
  });

  test('is only told of by an agent that observes', () => {
    expect(ask({ mode: 'observe' }).kind).toBe('nothing');
    const judged = judgeAdmission({ ...asking, mode: 'observe' }, viewOf([spent, ...others(3)]));
    expect(judged.kind === 'refuse' && judged.vetoes.map(({ guard }) => guard)).toEqual(['node-budget']);
  });
});

describe('a node that no remedy of its agent has cured', () => {
  const uncured = { ...node, remedies: [{ remedy: 'reboot' as const, finding: 'cpu', atMs: nowMs - 3_600_001 }] };
  const rebooted = (count: number) =>
    others(3).map((one, index) => ({
      ...one,
      remedies: index > 0 ? [] : Array.from({ length: count }, () => ({ ...uncured.remedies[0], atMs: nowMs - 1 })),
    })) as (typeof node)[];

  test('is taken out although the budget of the pool is spent: it ends in quarantine, which no reboot is', () => {
    const judged = (one: typeof node) => judgeAdmission(asking, viewOf([one, ...rebooted(5)])).kind;
    expect([judged(node), judged(uncured)]).toEqual(['refuse', 'admit']);
  });

  test('is taken out although its own reboots are spent: its drain says whether it is sick at all', () => {
    const spent = {
      ...uncured,
      remedies: Array.from({ length: 3 }, () => ({ ...uncured.remedies[0], atMs: nowMs - 9 })),
    };
    expect(judgeAdmission(asking, viewOf([spent as typeof node, ...others(3)])).kind).toBe('admit');
  });
});

test('how often it was load is forgotten after a day without a treatment, and not before', () => {
  const after = (agoMs: number) =>
    written(admit(asking)(viewOf([{ ...node, busy: 2, treatmentTimes: [nowMs - agoMs] }, ...others(3)]), 'c11')).busy;
  expect([after(relapseWithinMs), after(relapseWithinMs + 1)]).toEqual([2, undefined]);
});

test('an agent that only observes refuses what the guards would allow', () => {
  const judged = judgeAdmission({ ...asking, mode: 'observe' }, view);
  expect(judged.kind === 'refuse' && judged.vetoes.map(({ guard }) => guard)).toEqual(['mode']);
  expect(admit({ ...asking, mode: 'observe' })(view, 'c11').kind).toBe('nothing');
});

test('an agent that only observes says what the guards would refuse', () => {
  const judged = judgeAdmission({ ...asking, mode: 'observe' }, viewOf([node]));
  expect(judged.kind === 'refuse' && judged.vetoes.map(({ guard }) => guard)).toEqual(['min-serving']);
});

test.each(['checking', 'draining', 'rebooting', 'quarantined', 'lost', 'held', 'left', 'levitating'])(
  'a node that is %s is not admitted',
  (state) => {
    expect(admit(asking)(viewOf([{ ...node, state }, ...others(3)]), 'c11').kind).toBe('nothing');
  },
);

test('a node in another session, or that is unknown, is not admitted', () => {
  expect(admit({ ...asking, session: 'older' })(view, 'c11').kind).toBe('nothing');
  expect(admit(asking)(viewOf(others(3)), 'c11').kind).toBe('nothing');
});
