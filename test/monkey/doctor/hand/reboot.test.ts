import { describe, expect, test } from '@jest/globals';
import { reboot } from '../../../../monkey/doctor/hand/reboot.ts';
import { backToService } from '../../../../monkey/doctor/life/back-to-service.ts';
import { afterDrainByOrder, neededBack } from '../../../../monkey/doctor/treatment/after-drain.ts';
import { isGarbage, parseRecord } from '../../../../pool/parse-record.ts';
import type { NodeRecord } from '../../../../pool/record.ts';
import type { PoolView } from '../../../../pool/view.ts';
import { nodeRecord } from '../../../support/nodes.ts';
import { beatOf, committed, nowMs, others, policyOf, steps, viewOf, written } from '../../../support/view.ts';

const order = { node: 'web-1', by: 'ann', because: 'a new kernel', force: false };
const poolOf = (part: Partial<NodeRecord> = {}, view: Partial<PoolView> = {}, count = 3): PoolView => {
  const pool = viewOf([nodeRecord('web-1', part), ...others(count)], view);
  const acts = [...pool.beats].map(([id, beat]) => [id, { ...beat, vitals: { ...beat.vitals, mode: 'act' } }] as const);
  return { ...pool, beats: new Map(acts) };
};
const refusalOf = (view: PoolView, force = false) => {
  const decision = reboot({ ...order, force })(view, 'c11');
  return decision.kind === 'nothing' ? decision.detail?.['refusal'] : decision.kind;
};

test('takes the node out as a treatment does, and says who ordered it', () => {
  const decision = reboot(order)(poolOf({ treatmentTimes: [5] }), 'c11');
  expect(written(decision)).toMatchObject({
    state: 'draining',
    purpose: 'treat',
    drain: 'c11',
    incident: 'inc-c11',
    finding: 'ordered',
    owner: 'agent:web-1',
    orderedBy: 'ann',
    because: 'reboot ordered by ann: a new kernel',
    treatmentTimes: [5, nowMs],
  });
  expect(written(decision).forced).toBeUndefined();
  expect(steps(decision)).toEqual(['ordered', 'draining']);
  const { expect: expected, notices, durable } = committed(decision);
  expect(expected.map(({ kind }) => kind)).toEqual(['node', 'admission', 'lever-free']);
  expect(durable).toBe(true);
  expect(notices).toMatchObject([{ detail: { by: 'ann', because: 'a new kernel' } }]);
});

test('leaves a record that can be read', () => {
  const read = parseRecord(
    'nodes',
    'web-1',
    JSON.stringify({ ...written(reboot(order)(poolOf(), 'c11')), version: 1, commit: 'c' }),
  );
  expect(isGarbage(read)).toBe(false);
});

describe('guards', () => {
  const busy = { treatmentTimes: [nowMs - 1_000] };

  test('refuse with their reasons', () => {
    const decision = reboot(order)(poolOf(busy, {}, 0), 'c11');
    expect(decision).toMatchObject({
      kind: 'nothing',
      because: expect.stringMatching(/^web-1 is not rebooted\. .*min-serving: .*cooldown: /),
      detail: { refusal: 'vetoed' },
    });
  });

  test('are passed over by force, which stands in the record, the incident and the notice', () => {
    const decision = reboot({ ...order, force: true })(poolOf(busy, {}, 0), 'c11');
    expect(written(decision).forced).toEqual(['min-serving', 'cooldown']);
    expect(committed(decision).notices[0]).toMatchObject({
      text: expect.stringContaining('against min-serving: '),
      detail: { forced: ['min-serving', 'cooldown'] },
    });
  });

  test('do not wait for what EC2 says: the agent asks it before the call', () => {
    expect(refusalOf(poolOf())).toBe('commit');
  });
});

describe('even by force', () => {
  const lever = { by: 'bob', because: 'a release', sinceMs: 0 };

  test.each([
    ['a hold of somebody else', poolOf({ state: 'held', heldBy: 'bob' }), 'held'],
    ['a hold that takes effect later', poolOf({ heldBy: 'bob' }), 'held'],
    ['the lever', poolOf({}, { lever }), 'paused'],
    ['a treatment under way', poolOf({ state: 'draining' }), 'under-way'],
    ['a reboot under way', poolOf({ state: 'rebooting' }), 'under-way'],
    ['its checks', poolOf({ state: 'checking' }), 'under-way'],
    ['a state of another version', poolOf({ state: 'levitating' }), 'unknown-state'],
    ['a node that is lost', poolOf({ state: 'lost' }), 'lost'],
    ['a node that has left', poolOf({ state: 'left' }), 'left'],
    ['an agent that is silent', poolOf({}, { seen: new Map([['web-1', nowMs - 60_000]]) }), 'silent'],
    ['an agent that never beat', poolOf({}, { seen: new Map() }), 'silent'],
    ['a node that does not exist', viewOf(others(3)), 'unknown-node'],
  ])('%s is not passed over', (_what, view, refusal) => {
    expect([refusalOf(view), refusalOf(view, true)]).toEqual([refusal, refusal]);
  });

  test('an agent that only observes is not ordered to act', () => {
    const view = poolOf();
    const beat = beatOf(nodeRecord('web-1'));
    const beats = new Map([...view.beats, ['web-1', { ...beat, vitals: { ...beat.vitals, mode: 'observe' } }]]);
    expect(refusalOf({ ...view, beats }, true)).toBe('observes');
  });

  test('an agent of which nobody knows whether it acts is not ordered to: no pulse, none of its session, or no mode in it', () => {
    const view = poolOf();
    const untold = new Map([...view.beats].filter(([id]) => id !== 'web-1'));
    const before = new Map([...view.beats, ['web-1', beatOf({ id: 'web-1', session: 'the one before' })]]);
    const modeless = new Map([...view.beats, ['web-1', beatOf(nodeRecord('web-1'))]]);
    for (const beats of [untold, before, modeless])
      expect([false, true].map((force) => refusalOf({ ...view, beats }, force))).toEqual([
        'mode-unknown',
        'mode-unknown',
      ]);
    expect(reboot(order)({ ...view, beats: untold }, 'c11')).toMatchObject({
      because: expect.stringContaining('it is not known whether the agent of web-1 acts'),
    });
  });

  test('says so', () => {
    expect(reboot({ ...order, force: true })(poolOf({ heldBy: 'bob' }), 'c11')).toMatchObject({
      because: expect.stringContaining('not with --force either'),
    });
  });
});

test('a quarantined node may be rebooted by order', () => {
  expect(refusalOf(poolOf({ state: 'quarantined', wants: 'stop-start' }))).toBe('commit');
});

test('the record says what it was quarantined for: without its reboot it goes back there', () => {
  const ordered = reboot(order)(poolOf({ state: 'quarantined', because: 'its checks fail' }), 'c11');
  expect(written(ordered)).toMatchObject({ state: 'draining', quarantinedFor: 'its checks fail' });
  expect(written(reboot(order)(poolOf({}), 'c11'))).not.toHaveProperty('quarantinedFor');
});

describe('once drained', () => {
  const record = nodeRecord('web-1', {
    state: 'draining',
    purpose: 'treat',
    because: 'reboot ordered by ann: x',
    orderedBy: 'ann',
  });

  test('an order is carried out, however calm the node is', () => {
    const running = { kind: 'known', state: 'running' } as const;
    expect(afterDrainByOrder(record, running)).toEqual({ kind: 'treat', because: 'reboot ordered by ann: x' });
  });

  test.each([{ kind: 'no-such-instance' } as const, { kind: 'known', state: 'stopping' } as const])(
    'a machine that is not running is given back instead: %j',
    (instance) => {
      expect(afterDrainByOrder(record, instance)).toMatchObject({ kind: 'give-back', outcome: 'returned' });
    },
  );

  test('a node is needed back where others fail, unless that limit was passed over on purpose', () => {
    const policy = policyOf({ limits: { minServing: 2 } });
    const view = viewOf([record, ...others(1)]);
    expect(neededBack(view, record, policy, 60_000)).toBeDefined();
    expect(neededBack(view, { ...record, forced: ['min-serving'] }, policy, 60_000)).toBeUndefined();
  });

  test('who ordered it is forgotten with the end of the treatment', () => {
    const draft = backToService(
      viewOf([record]),
      'c12',
      { ...record, forced: ['heat'] },
      { outcome: 'healed', because: 'x' },
    );
    const node = draft.writes.flatMap((write) => (write.kind === 'put-node' ? [write.node] : []))[0];
    expect(node).toMatchObject({ state: 'serving' });
    expect(node).not.toHaveProperty('orderedBy');
    expect(node).not.toHaveProperty('forced');
  });
});
