import { describe, expect, test } from '@jest/globals';
import { bootedAnew } from '../../../../monkey/doctor/life/booted-anew.ts';
import { draftOf } from '../../../../monkey/doctor/silence/draft.ts';
import type { SilenceStep } from '../../../../monkey/doctor/silence/step.ts';
import { buildCommit } from '../../../../pool/build-commit.ts';
import type { NodeRecord, RemedyBegun } from '../../../../pool/record.ts';
import {
  actsOf,
  answers,
  dead,
  machine,
  noMachine,
  noticesBy,
  record,
  startMs,
  viewOf,
  watcher,
} from '../silence/watched-pool.ts';

/** Nothing answers at their URLs. */
const asked = { 'i-1': dead, 'i-2': dead };
const others = ['i-2', 'i-3', 'i-4'];
const rest = () => [record('i-2'), record('i-3'), record('i-4')];
const known = { 'i-2': machine(), 'i-3': machine(), 'i-4': machine() };
const alone = (part: Partial<NodeRecord>) => record('i-1', { incident: 'inc-1', ...part });
const lost = (part: Partial<NodeRecord> = {}) => alone({ state: 'lost', sinceMs: startMs - 110_000, ...part });
const remedies = (...kinds: readonly RemedyBegun['remedy'][]): readonly RemedyBegun[] =>
  kinds.map((remedy, at) => ({ remedy, finding: 'cpu', atMs: startMs - 1_300_000 + at }));
/** Asked for long ago: its deadline (10m) is over ten seconds after the start. */
const away = (part: Partial<NodeRecord> = {}) =>
  alone({
    ...{ state: 'rebooting', sinceMs: startMs - 590_000, stepDeadlineMs: startMs, owner: 'agent:i-1' },
    ...{ treatmentTimes: [startMs - 1_300_000], remedies: remedies('reboot') },
    ...part,
  });
/** One more second than a lost node or one that did not return has until something is done. */
const acts = (node: NodeRecord, each: Parameters<ReturnType<typeof watcher>['rounds']>[1] = {}, count = 16) =>
  actsOf(
    watcher([node, ...rest()]).rounds(count, { beating: others, asked, ec2: { ...known, 'i-1': machine() }, ...each }),
  );
const committed = (step: SilenceStep | undefined, node: NodeRecord) => {
  if (step === undefined || step.kind === 'ask' || step.kind === 'look') throw new Error('nothing is committed');
  const by = { leaderToken: 'leader-1', controller: 'c-1', settleMs: 240_000 };
  return draftOf(step, by, viewOf([node]), 'c11');
};

describe('a node that is lost for the time of a rescue', () => {
  test('is rebooted in the stead of its agent, and that no evidence was taken is said', () => {
    const [step] = acts(lost());
    expect(step).toMatchObject({ kind: 'call', call: 'reboot', phase: 'first', story: { incident: 'inc-1' } });
    expect(noticesBy(step === undefined ? [] : [step])).toMatchObject([
      { kind: 'rebooting', text: expect.stringContaining('no evidence could be taken') },
    ]);
  });

  test('is committed as an intent first, which the next leader finds', () => {
    const node = lost();
    const [step] = acts(node);
    const draft = committed(step, node);
    expect(draft).toMatchObject({ what: 'rebooting', durable: true });
    expect(draft.expect).toEqual(
      expect.arrayContaining([
        { kind: 'leader', token: 'leader-1' },
        { kind: 'node', node: 'i-1', token: '1:c-i-1' },
        { kind: 'lever-free' },
        expect.objectContaining({ kind: 'admission' }),
      ]),
    );
    expect(draft.writes[0]).toMatchObject({
      node: {
        ...{ state: 'rebooting', owner: 'controller:c-1', bootId: 'boot-i-1', finding: 'silent', sinceMs: startMs },
        ...{ stepDeadlineMs: startMs + 240_000, treatmentTimes: [startMs], incident: 'inc-1' },
        remedies: [{ remedy: 'reboot', finding: 'silent', atMs: startMs }],
      },
    });
  });

  test('shares the last reboot of a budget with nobody who is admitted in the same moment', () => {
    const node = lost();
    const { movesAdmission, expect: expected } = buildCommit(viewOf([node]), committed(acts(node)[0], node), 'c11');
    expect(movesAdmission).toBe(true);
    expect(expected).toContainEqual({ kind: 'admission', admissionVersion: viewOf([node]).admissionVersion });
  });

  test('is not rebooted while its app answers, or where that may not be asked, with one page', () => {
    const unknown = { failures: 0, last: { kind: 'unknown', because: 'outside pool.allowedNetworks' } } as const;
    for (const answer of [answers, unknown]) {
      const steps = acts(lost(), { asked: { 'i-1': answer } }, 60);
      expect(steps).toMatchObject([{ kind: 'tell' }]);
      expect(noticesBy(steps)).toMatchObject([{ urgency: 'page', detail: { vetoes: [{ guard: 'url' }] } }]);
    }
  });

  test('is not rebooted before nothing has answered three times', () => {
    expect(acts(lost(), { asked: { 'i-1': { ...dead, failures: 2 } } }, 60)).toEqual([]);
    expect(acts(lost(), { asked: {} }, 60)).toEqual([]);
  });

  test('is left alone until then', () => {
    expect(acts(lost(), {}, 9)).toEqual([]);
    expect(acts(lost({ sinceMs: startMs }), {}, 119)).toEqual([]);
  });

  test('is looked up in EC2 with machines of living nodes beside it', () => {
    const steps = watcher([lost(), ...rest()]).rounds(16, { beating: others });
    expect(steps.flatMap((step) => (step.kind === 'look' ? [step.node] : [])).slice(0, 4)).toEqual(['i-1', ...others]);
  });

  test.each([
    ['the lever is pulled', { view: { lever: { because: 'deploy', by: 'ann', sinceMs: 0 } } }, {}, 'lever'],
    ['a human holds it', {}, { heldBy: 'ann' }, 'hold'],
    ['it was treated a moment ago', {}, { treatmentTimes: [startMs - 60_000] }, 'cooldown'],
  ] as const)('is not rebooted where %s, and that is told once', (_, each, part, guard) => {
    const steps = acts(lost(part), each, 60);
    expect(steps).toMatchObject([{ kind: 'tell' }]);
    expect(noticesBy(steps)).toMatchObject([{ kind: 'refused', detail: { vetoes: [{ guard }] } }]);
  });

  test('counts itself only once among those that are out', () => {
    const another = watcher([lost(), record('i-2', { state: 'draining', purpose: 'treat' }), ...rest().slice(1)]);
    const steps = actsOf(another.rounds(16, { beating: others, asked, ec2: { ...known, 'i-1': machine() } }));
    expect(noticesBy(steps)).toMatchObject([{ detail: { vetoes: [{ guard: 'out-at-once', detail: { out: 1 } }] } }]);
  });

  test("is rebooted although another is lost at the same time: they do not stand in each other's way", () => {
    const five = [lost(), record('i-2', { state: 'lost' }), ...['i-3', 'i-4', 'i-5'].map((id) => record(id))];
    const ec2 = { ...known, 'i-1': machine(), 'i-5': machine() };
    const steps = actsOf(watcher(five).rounds(16, { beating: ['i-3', 'i-4', 'i-5'], asked, ec2 }));
    expect(steps).toMatchObject([{ kind: 'call', node: { id: 'i-1' } }]);
  });

  test('is rebooted although the others are hot: it is missing there', () => {
    const policy = { limits: { heat: '1%', forecast: '10%', minServing: 4 } };
    const steps = actsOf(
      watcher([lost(), ...rest()], policy).rounds(16, { beating: others, asked, ec2: { ...known, 'i-1': machine() } }),
    );
    expect(steps).toMatchObject([{ kind: 'call' }]);
  });

  test('is not rebooted where more than half of the pool is lost', () => {
    const nodes = [lost(), record('i-2', { state: 'lost' }), record('i-3')];
    const steps = watcher(nodes).rounds(16, { beating: ['i-3'], asked, ec2: { ...known, 'i-1': machine() } });
    expect(steps.filter(({ kind }) => kind === 'call')).toEqual([]);
    expect(noticesBy(steps)).toContainEqual(
      expect.objectContaining({
        detail: expect.objectContaining({ vetoes: [expect.objectContaining({ guard: 'half' })] }),
      }),
    );
    expect(noticesBy(steps).filter(({ urgency }) => urgency === 'page')).toMatchObject([{ kind: 'half-silent' }]);
  });

  test('is not believed to be what EC2 says where EC2 does not know a living one', () => {
    const steps = acts(lost(), { ec2: { ...known, 'i-3': noMachine, 'i-1': machine() } });
    expect(noticesBy(steps)).toMatchObject([{ detail: { vetoes: [{ guard: 'ec2' }] } }]);
  });

  test('waits for a human where it does not bear the tag of this pool', () => {
    const steps = acts(lost(), { ec2: { ...known, 'i-1': machine('running', { tags: {} }) } });
    expect(steps[0]).toMatchObject({ kind: 'shut-out', as: 'quarantined' });
  });

  test('waits while its machine is on its way down or up', () => {
    for (const state of ['pending', 'stopping', 'shutting-down'] as const)
      expect(acts(lost(), { ec2: { ...known, 'i-1': machine(state) } })).toEqual([]);
  });

  test('has left, with a page, where somebody stopped its machine', () => {
    const steps = acts(lost(), { ec2: { ...known, 'i-1': machine('stopped') } });
    expect(steps[0]).toMatchObject({ kind: 'shut-out', as: 'left' });
    expect(noticesBy(steps)[0]).toMatchObject({ urgency: 'page' });
  });
});

test.each([
  ['checking', { stepDeadlineMs: startMs - 110_000 }],
  ['draining', { stepDeadlineMs: startMs - 110_000, purpose: 'treat', drain: 'd1' }],
] as const)('a treatment stuck in %s with a silent agent is gone on with by a reboot', (state, part) => {
  const treatmentTimes = [startMs - 60_000];
  const node = alone({ state, finding: 'cpu', treatmentTimes, ...part });
  const call = acts(node).find(({ kind }) => kind === 'call');
  // It was admitted before: no cooldown, no second treatment and no relapse come of it.
  expect(call).toMatchObject({ kind: 'call', call: 'reboot', phase: 'next' });
  const [write] = committed(call, node).writes;
  expect(write).toMatchObject({ node: { relapses: 0, treatmentTimes } });
  expect(write).not.toHaveProperty('node.drain');
});

describe('a node that did not return by the deadline', () => {
  test('is rebooted again once, with a deadline of its own', () => {
    const node = away();
    const [step] = acts(node);
    expect(step).toMatchObject({ kind: 'call', call: 'reboot', phase: 'next' });
    const [write] = committed(step, node).writes;
    expect(write).toMatchObject({ node: { sinceMs: startMs, treatmentTimes: node.treatmentTimes } });
    expect(write).toHaveProperty('node.remedies.length', 2);
  });

  test('is then stopped and started', () => {
    const node = away({ remedies: remedies('reboot', 'reboot') });
    const [step] = acts(node);
    expect(step).toMatchObject({ kind: 'call', call: 'stop', phase: 'next' });
    expect(committed(step, node).writes[0]).toMatchObject({
      node: { state: 'rebooting', call: 'stop', remedies: [{}, {}, { remedy: 'stop-start' }] },
    });
  });

  test.each([
    ['in an Auto Scaling group', { autoScalingGroup: 'web-group' }, 'web-group'],
    ['with instance-store data', { storage: { kind: 'instance-store', because: 'it has some' } }, 'destroy'],
    ['of which nobody knows what a stop would destroy', { storage: { kind: 'unknown', because: 'x' } }, 'nobody knows'],
  ] as const)('is never stopped %s: it waits for a human, who is told why', (_, part, why) => {
    const steps = acts(away({ remedies: remedies('reboot', 'reboot') }), {
      ec2: { ...known, 'i-1': machine('running', part) },
    });
    expect(steps[0]).toMatchObject({ kind: 'shut-out', as: 'quarantined', story: { incident: 'inc-1' } });
    expect(noticesBy(steps)[0]).toMatchObject({ urgency: 'page', text: expect.stringContaining(why) });
  });

  test('nor from a stop and start is quarantined, with a page', () => {
    const node = away({ remedies: remedies('reboot', 'reboot', 'stop-start'), call: 'start' });
    const steps = acts(node);
    expect(steps[0]).toMatchObject({ kind: 'shut-out', as: 'quarantined' });
    expect(committed(steps[0], node).writes[0]).not.toHaveProperty('node.call');
    expect(noticesBy(steps)[0]).toMatchObject({ kind: 'quarantined', urgency: 'page' });
  });

  test('and whose next remedy is refused for another deadline is paged, once', () => {
    const lever = { because: 'deploy', by: 'ann', sinceMs: 0 };
    const late = away({ sinceMs: startMs - 1_300_000, stepDeadlineMs: startMs - 1_060_000 });
    const steps = acts(late, { view: { lever } }, 60);
    expect(steps.filter(({ kind }) => kind !== 'tell')).toEqual([]);
    const refusals = noticesBy(steps).filter(({ kind }) => kind === 'refused');
    expect(refusals).toMatchObject([{ urgency: 'warning' }, { urgency: 'page' }]);
    expect(noticesBy(acts(away(), { view: { lever } }, 60))).toMatchObject([{ urgency: 'warning' }]);
  });

  test('has its whole deadline, though its settle time is over', () => {
    expect(acts(away(), {}, 10)).toEqual([]);
    expect(acts(away({ sinceMs: startMs - 500_000 }), {}, 99)).toEqual([]);
  });

  test('stays where too few serve to quarantine it, and a human is paged once', () => {
    const node = away({ remedies: remedies('reboot', 'reboot', 'stop-start') });
    const pool = watcher([node, record('i-2')], { limits: { minServing: 2 } });
    const steps = actsOf(pool.rounds(40, { beating: ['i-2'], ec2: { ...known, 'i-1': machine() } }));
    expect(steps).toMatchObject([{ kind: 'tell' }]);
    expect(noticesBy(steps)).toMatchObject([{ urgency: 'page' }]);
  });

  test('is not touched before its agent is silent: that one goes on itself', () => {
    expect(acts(away(), { beating: ['i-1', ...others] }, 40)).toEqual([]);
  });

  test('calls a human where EC2 says nothing for another deadline', () => {
    const late = away({ sinceMs: startMs - 1_300_000, stepDeadlineMs: startMs - 1_060_000 });
    const steps = acts(late, { ec2: { ...known, 'i-1': { kind: 'unknown', because: 'it is odd' } } });
    expect(steps).toContainEqual(expect.objectContaining({ kind: 'shut-out', as: 'quarantined' }));
  });
});

describe('a machine that a controller has asked EC2 for', () => {
  const ours = (part: Partial<NodeRecord> = {}) =>
    away({ owner: 'controller:dead', sinceMs: startMs, stepDeadlineMs: startMs + 30_000, ...part });

  test('is asked for again by whoever leads when the settle time has passed, under the same deadline', () => {
    const node = ours();
    expect(acts(node, {}, 29)).toEqual([]);
    const step = acts(node, {}, 30)[0];
    expect(step).toMatchObject({ kind: 'call', call: 'reboot', phase: 'again' });
    const [write] = committed(step, node).writes;
    expect(write).toMatchObject({ node: { sinceMs: startMs, owner: 'controller:c-1', remedies: node.remedies } });
  });

  test('is asked for again though that reboot was the last of its budget: it is counted already', () => {
    const part = { remedies: remedies('reboot', 'reboot').map((one) => ({ ...one, atMs: startMs })) };
    const pool = watcher([ours(part), ...rest()], { limits: { reboots: { node: 2 } } });
    const steps = actsOf(pool.rounds(30, { beating: others, asked, ec2: { ...known, 'i-1': machine() } }));
    expect(steps).toMatchObject([{ kind: 'call', phase: 'again' }]);
  });

  test('is asked for again sooner where EC2 surely did nothing', () => {
    const attempts = { 'i-1': { intent: 'c-i-1', because: 'EC2 did not take it: Throttled', againAtMs: 18_000 } };
    expect(acts(ours(), { attempts }, 17)).toEqual([]);
    expect(acts(ours(), { attempts }, 18)).toMatchObject([{ kind: 'call', phase: 'again' }]);
  });

  test('is started as soon as EC2 says that it is stopped, also while the lever is pulled', () => {
    const node = ours({ call: 'stop' });
    const lever = { because: 'deploy', by: 'ann', sinceMs: 0 };
    const [step] = acts(node, { view: { lever }, ec2: { ...known, 'i-1': machine('stopped') } });
    expect(step).toMatchObject({ kind: 'call', call: 'start', phase: 'on' });
    const draft = committed(step, node);
    expect(draft.expect).not.toContainEqual({ kind: 'lever-free' });
    expect(draft.writes[0]).toMatchObject({ node: { call: 'start', remedies: node.remedies } });
  });

  test('is waited for while it stops and while it starts', () => {
    expect(acts(ours({ call: 'stop' }), { ec2: { ...known, 'i-1': machine('stopping') } }, 60)).toEqual([]);
    for (const state of ['pending', 'running'] as const)
      expect(acts(ours({ call: 'start' }), { ec2: { ...known, 'i-1': machine(state) } }, 60)).toEqual([]);
  });

  test('is not asked for again while the lever is pulled, and that is told once', () => {
    const lever = { because: 'deploy', by: 'ann', sinceMs: 0 };
    expect(noticesBy(acts(ours(), { view: { lever } }, 60))).toMatchObject([
      { detail: { vetoes: [{ guard: 'lever' }] } },
    ]);
  });
});

describe('a machine that we have stopped', () => {
  const ours = (part: Partial<NodeRecord> = {}) => away({ call: 'stop', owner: 'controller:c-1', ...part });
  const ec2 = (state: 'stopped' | 'stopping' | 'running') => ({ ec2: { ...known, 'i-1': machine(state) } });
  const lever = { because: 'deploy', by: 'ann', sinceMs: 0 };

  test.each([{}, { heldBy: 'ann' }])('is started also beyond the deadline of its return: %j', (part) => {
    const steps = acts(ours(part), { ...ec2('stopped'), view: { lever } });
    expect(steps[0]).toMatchObject({ kind: 'call', call: 'start', phase: 'on' });
    expect(steps.filter(({ kind }) => kind === 'shut-out')).toEqual([]);
  });

  test('is waited for while it stops for longer than that, with one page', () => {
    const steps = acts(ours(), ec2('stopping'), 60);
    expect(steps).toMatchObject([{ kind: 'tell', story: { step: 'not-started' } }]);
    expect(noticesBy(steps)).toMatchObject([{ urgency: 'page' }]);
  });

  test('is asked for again, with one page, where it is stopped though its start was asked for', () => {
    const steps = acts(ours({ call: 'start' }), ec2('stopped'), 20);
    expect(noticesBy(steps).filter(({ urgency }) => urgency === 'page')).toHaveLength(1);
    expect(steps).toContainEqual(expect.objectContaining({ kind: 'call', call: 'start', phase: 'again' }));
  });

  test.each([
    ['quarantined', {}],
    ['held', { heldBy: 'ann' }],
  ] as const)(
    'and that EC2 said nothing of until it was %s is started when EC2 says that it is stopped',
    (as, part) => {
      const late = ours({ sinceMs: startMs - 1_300_000, stepDeadlineMs: startMs - 1_060_000, ...part });
      const silent = { ec2: { ...known, 'i-1': { kind: 'unknown', because: 'it is odd' } } } as const;
      const shut = acts(late, silent).find(({ kind }) => kind === 'shut-out');
      expect(shut).toMatchObject({ as });
      const [write] = committed(shut, late).writes;
      expect(write).toMatchObject({ node: { state: as, call: 'stop' } });
      const out = alone({ state: as, call: 'stop', ...part });
      expect(acts(out, { ...ec2('stopped'), view: { lever } })).toContainEqual(
        expect.objectContaining({ kind: 'call', call: 'start', phase: 'on' }),
      );
      expect(acts(out, ec2('running'))).toEqual([]);
    },
  );

  test('is not started by us any more once it runs, or has booted anew', () => {
    const tried = ours({ remedies: remedies('reboot', 'reboot', 'stop-start') });
    const shut = acts(tried, ec2('running')).find(({ kind }) => kind === 'shut-out');
    expect(committed(shut, ours()).writes[0]).not.toHaveProperty('node.call');
    const boot = { url: 'http://10.0.0.1:801', service: 'meow', bootId: 'boot-2', session: 's-2' };
    const out = alone({ state: 'quarantined', call: 'stop' });
    const booted = bootedAnew(out, boot, viewOf([out]), 'c11');
    if (booted.kind !== 'commit') throw new Error('nothing is committed');
    expect(booted.draft.writes[0]).not.toHaveProperty('node.call');
  });
});

describe('a node in a remedy of another version', () => {
  const foreign = (part: Partial<NodeRecord> = {}) => away({ remedies: remedies('reimage'), ...part });

  test('is not asked for again as if it were our reboot, and that is told once', () => {
    const node = foreign({ owner: 'controller:c-0', sinceMs: startMs, stepDeadlineMs: startMs - 1 });
    const steps = acts(node, {}, 40);
    expect(steps.map(({ kind }) => kind)).toEqual(['tell']);
    expect(noticesBy(steps)).toMatchObject([
      { text: expect.stringContaining('reimage is a remedy of another version') },
    ]);
  });

  test('that does not bring it back waits for a human', () => {
    expect(acts(foreign())).toMatchObject([
      { kind: 'shut-out', as: 'quarantined', story: { because: expect.stringContaining('what follows is not ours') } },
    ]);
  });
});

describe('a quarantined node whose ladder comes to a stop and start', () => {
  const wanting = (part: Partial<NodeRecord> = {}) =>
    record('i-1', { state: 'quarantined', wants: 'stop-start', because: 'its checks fail', ...part });
  const all = ['i-1', ...others];

  test('is stopped, in an incident of its own', () => {
    const node = wanting();
    const [step] = acts(node, { beating: all });
    expect(step).toMatchObject({ kind: 'call', call: 'stop', phase: 'first' });
    const [write] = committed(step, node).writes;
    expect(write).toMatchObject({
      node: { state: 'rebooting', call: 'stop', incident: expect.stringContaining('i-1') },
    });
    expect(write).not.toHaveProperty('node.wants');
  });

  test('is not stopped in an Auto Scaling group, and that is told once', () => {
    const group = machine('running', { autoScalingGroup: 'web-group' });
    const steps = acts(wanting(), { beating: all, ec2: { ...known, 'i-1': group } }, 40);
    expect(noticesBy(steps)).toMatchObject([{ detail: { vetoes: [{ guard: 'stop-start' }] } }]);
  });

  test('by a remedy of another version is told once, and left alone', () => {
    const steps = acts(wanting({ wants: 'reimage' }), { beating: all }, 40);
    expect(steps.map(({ kind }) => kind)).toEqual(['tell']);
    expect(noticesBy(steps)).toMatchObject([
      { text: expect.stringContaining('reimage is a remedy of another version') },
    ]);
    expect(acts(wanting({ wants: 'reimage', heldBy: 'ann' }), { beating: all }, 40)).toEqual([]);
  });

  test('is left to the human who holds it', () => {
    expect(acts(wanting({ heldBy: 'ann' }), { beating: all }, 40)).toEqual([]);
  });
});

describe('a node whose machine EC2 knows no longer', () => {
  const gone = { ...known, 'i-1': noMachine };

  test.each(['lost', 'quarantined', 'left', 'rebooting'] as const)(
    'leaves the pool from %s, with a notice',
    (state) => {
      const node =
        state === 'lost' ? lost() : state === 'rebooting' ? away({ remedies: [] }) : record('i-1', { state });
      const steps = acts(node, { ec2: gone });
      expect(steps[0]).toMatchObject({ kind: 'remove', node: { id: 'i-1' } });
      expect(committed(steps[0], node).writes).toContainEqual({ kind: 'remove-node', node: 'i-1' });
      expect(noticesBy(steps)[0]).toMatchObject({ kind: 'gone' });
    },
  );

  test('stays as left while its reboot counts against the budget of the pool, and leaves after that', () => {
    const steps = acts(away(), { ec2: gone });
    expect(steps[0]).toMatchObject({ kind: 'shut-out', as: 'left', story: { notices: [{ kind: 'gone' }] } });
    const left = (reboots: readonly RemedyBegun[]) => record('i-1', { state: 'left', remedies: reboots });
    expect(acts(left(remedies('reboot')), { ec2: gone })).toEqual([]);
    const old = remedies('reboot').map((one) => ({ ...one, atMs: startMs - 3_700_000 }));
    expect(acts(left(old), { ec2: gone })[0]).toMatchObject({ kind: 'remove' });
  });

  test('leaves where it is terminated as well', () => {
    expect(acts(lost(), { ec2: { ...known, 'i-1': machine('terminated') } })[0]).toMatchObject({ kind: 'remove' });
  });

  test('stays where a human holds it, and where its agent beats', () => {
    expect(acts(lost({ heldBy: 'ann' }), { ec2: gone })).toMatchObject([{ kind: 'tell', story: { step: 'gone' } }]);
    expect(acts(record('i-1', { state: 'quarantined' }), { ec2: gone, beating: ['i-1', ...others] })).toEqual([]);
  });

  test('stays where EC2 says so of more than half of the pool', () => {
    const nodes = ['i-1', 'i-2', 'i-3'].map((id) => record(id, { state: 'quarantined' }));
    const none = { 'i-1': noMachine, 'i-2': noMachine, 'i-3': noMachine };
    const steps = watcher([...nodes, record('i-4')]).rounds(40, { beating: ['i-4'], ec2: none });
    expect(steps.filter(({ kind }) => kind === 'remove')).toEqual([]);
    expect(noticesBy(steps)).toHaveLength(3);
  });
});

test('at most one call is made a round', () => {
  const nodes = ['i-1', 'i-2'].map((id) => record(id, { state: 'lost', sinceMs: startMs - 110_000 }));
  const pool = watcher([...nodes, ...[3, 4, 5, 6, 7].map((at) => record(`i-${at}`))], {
    limits: { out: { number: 5, share: '90%' } },
  });
  const beating = ['i-3', 'i-4', 'i-5', 'i-6', 'i-7'];
  pool.rounds(20, { beating, asked });
  const steps = pool.round({ beating, asked, ec2: { 'i-1': machine(), 'i-2': machine() } });
  expect(steps.filter(({ kind }) => kind === 'call')).toHaveLength(1);
});

test('in observe nothing is asked for, and what would be is told once', () => {
  const pool = watcher([lost(), ...rest()], {}, 'observe');
  const steps = actsOf(pool.rounds(40, { beating: others, asked, ec2: { ...known, 'i-1': machine() } }));
  expect(steps).toMatchObject([{ kind: 'tell', story: { step: 'would-rebooting' } }]);
});

describe('a machine that we stopped and that EC2 does not start', () => {
  const stopped = { ...known, 'i-1': machine('stopped') };
  const started = remedies('reboot', 'reboot', 'stop-start');
  const starting = away({ sinceMs: startMs - 1_190_000, call: 'start', remedies: started, owner: 'controller:c-0' });

  test('goes on being asked for until two deadlines have passed', () => {
    const steps = acts(starting, { ec2: stopped }, 9);
    expect(new Set(steps.map(({ kind }) => kind))).toEqual(new Set(['tell', 'call']));
  });

  test('is then quarantined with another page, and its start stays owed', () => {
    const steps = acts(starting, { ec2: stopped }, 12);
    const out = steps.find(({ kind }) => kind === 'shut-out');
    expect(out).toMatchObject({ as: 'quarantined', call: 'start', story: { notices: [{ urgency: 'page' }] } });
    expect(committed(out, starting).writes[0]).toMatchObject({ node: { state: 'quarantined', call: 'start' } });
  });

  test('is held instead where a human holds it, and its start stays owed', () => {
    const steps = acts({ ...starting, heldBy: 'ann' }, { ec2: stopped }, 12);
    expect(steps).toContainEqual(expect.objectContaining({ kind: 'shut-out', as: 'held', call: 'start' }));
  });

  test.each(['quarantined', 'held'] as const)('is asked for while its node is %s, ever more slowly', (state) => {
    const waiting = alone({ state, call: 'start', sinceMs: startMs - 4_000_000, because: 'it was stopped' });
    const call = acts(waiting, { ec2: stopped }, 70).find(({ kind }) => kind === 'call');
    expect(call).toMatchObject({ call: 'start', phase: 'in-place', story: { notices: [] } });
    const { writes, expect: expected } = committed(call, waiting);
    expect(writes[0]).toMatchObject({
      node: { state, because: 'it was stopped', stepDeadlineMs: startMs + 2_000_000 },
    });
    expect(expected).not.toContainEqual({ kind: 'lever-free' });
    expect(acts({ ...waiting, stepDeadlineMs: startMs + 900_000 }, { ec2: stopped }, 70)).not.toContainEqual(
      expect.objectContaining({ kind: 'call' }),
    );
  });

  test.each(['quarantined', 'held'] as const)(
    'is owed no start any more once EC2 has said for three deadlines that it runs, though it is %s and silent',
    (state) => {
      const waiting = alone({
        state,
        call: 'start',
        owner: 'controller:c-0',
        stepDeadlineMs: startMs,
        sinceMs: startMs - 4_000_000,
      });
      const ec2 = { ...known, 'i-1': machine() };
      const settled = (reboot: { settle: string; deadline: string }) =>
        watcher([waiting, ...rest()], { reboot })
          .rounds(20, { beating: others, asked, ec2 })
          .find(({ kind }) => kind === 'settle');
      expect(settled({ settle: '10s', deadline: '30s' })).toBeUndefined();
      const step = settled({ settle: '5s', deadline: '20s' });
      expect(step).toMatchObject({ story: { step: 'runs-again', notices: [{ urgency: 'warning' }] } });
      const { writes } = committed(step, waiting);
      expect(writes[0]).toMatchObject({ node: { state, sinceMs: startMs - 4_000_000 } });
      for (const over of ['call', 'owner', 'stepDeadlineMs']) expect(writes[0]).not.toHaveProperty(['node', over]);
    },
  );

  test('is started though more than half of the pool is silent, and nothing else is asked for', () => {
    const pool = watcher([away({ call: 'stop', owner: 'controller:c-0' }), ...rest()]);
    const steps = actsOf(pool.rounds(80, { asked, ec2: stopped }));
    expect(steps).toContainEqual(expect.objectContaining({ kind: 'call', call: 'start' }));
    expect(steps.filter((step) => step.kind === 'lose' || (step.kind === 'call' && step.call !== 'start'))).toEqual([]);
  });

  test('is looked up in EC2 though more than half of the pool is silent', () => {
    const pool = watcher([away({ sinceMs: startMs, owner: 'controller:c-0' }), ...rest()]);
    const steps = pool.rounds(80).slice(-3);
    expect(steps).toContainEqual({ kind: 'look', node: 'i-1' });
  });
});
