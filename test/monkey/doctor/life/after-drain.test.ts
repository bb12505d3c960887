import { describe, expect, test } from '@jest/globals';
import { checkInstead, endDrain, giveBack, tellDrained } from '../../../../monkey/doctor/life/after-drain.ts';
import { nodeRecord } from '../../../support/nodes.ts';
import { committed, nowMs, policyOf, steps, viewOf, written } from '../../../support/view.ts';

const policy = policyOf({ drain: { calm: '5s' } });
const who = { node: 'web-1', session: 'session-of-web-1' };
const draining = nodeRecord('web-1', {
  state: 'draining',
  purpose: 'treat',
  drain: 'd1',
  incident: 'inc-1',
  sinceMs: nowMs - 700,
  treatmentTimes: [nowMs - 900],
  because: 'CPU 99%',
  owner: 'agent:web-1',
  stepDeadlineMs: nowMs + 1,
});
const transient = ['drain', 'purpose', 'drained', 'owner', 'stepDeadlineMs', 'incident', 'remedy'];

describe('the end of a drain', () => {
  const tell = tellDrained({ ...who, policy }, 'the only router let go');

  test('is told, and stands in the record for whoever goes on', () => {
    const decision = tell(viewOf([draining]), 'c11');
    expect(written(decision)).toMatchObject({ state: 'draining', drained: 'd1', sinceMs: draining.sinceMs });
    expect(written(decision).stepDeadlineMs).toBe(nowMs + 5_000 + 15_000);
    expect(steps(decision)).toEqual(['drained']);
    expect(committed(decision).notices[0]?.text).toBe('web-1 is drained after 700ms: the only router let go.');
  });

  test('is not told twice', () => {
    expect(tell(viewOf([{ ...draining, drained: 'd1' }]), 'c11').kind).toBe('nothing');
  });

  test('is told anew for another drain', () => {
    expect(tell(viewOf([{ ...draining, drained: 'd0' }]), 'c11').kind).toBe('commit');
  });

  test('is not told of a node that drains no longer, or in another session', () => {
    expect(tell(viewOf([nodeRecord('web-1')]), 'c11').kind).toBe('nothing');
    expect(tell(viewOf([{ ...draining, session: 'another' }]), 'c11').kind).toBe('nothing');
  });
});

describe('a node that was quarantined when its reboot was ordered', () => {
  const ordered = { finding: 'ordered', orderedBy: 'ann', quarantinedFor: 'its checks fail' } as const;
  const record = { ...draining, ...ordered };

  test.each([
    ['is given back', giveBack(who, { outcome: 'returned', because: 'healing is paused' })],
    ['is to be checked instead', checkInstead(who, { because: 'healing is paused' })],
  ])('goes back to quarantine where it %s without it', (_, decide) => {
    const decision = decide(viewOf([record]), 'c11');
    const because = 'its checks fail; the reboot that ann ordered was not done: healing is paused';
    expect(written(decision)).toMatchObject({ state: 'quarantined', because, incident: 'inc-1' });
    for (const gone of ['drain', 'finding', 'orderedBy', 'quarantinedFor'])
      expect(written(decision)).not.toHaveProperty(gone);
    expect(committed(decision).notices).toMatchObject([{ kind: 'quarantined', urgency: 'page' }]);
  });
});

describe('a node that is given back', () => {
  test('serves, with a slow start, and its story is closed', () => {
    const decision = giveBack(who, { outcome: 'busy', because: 'it was load' })(viewOf([draining]), 'c11');
    const because = 'it was load; it is left alone for 30m from when it was taken out';
    expect(written(decision)).toMatchObject({ state: 'serving', servingSinceMs: nowMs, because, busy: 1 });
    for (const gone of transient) expect(written(decision)).not.toHaveProperty(gone);
    expect(steps(decision)).toEqual(['busy']);
    expect(committed(decision).notices).toMatchObject([
      { kind: 'busy', urgency: 'info', text: `web-1 serves again after 900ms: ${because}.`, incident: 'inc-1' },
    ]);
  });

  test('as busy is counted, told how often in a row, and left alone for longer each time', () => {
    const often = giveBack(who, { outcome: 'busy', because: 'it was load' })(viewOf([{ ...draining, busy: 2 }]), 'c11');
    expect(written(often).busy).toBe(3);
    expect(committed(often).notices[0]).toMatchObject({
      text: expect.stringContaining('it was load, 3 times in a row; it is left alone for 2h'),
      detail: { busy: 3, waitMs: 7_200_000 },
    });
  });

  test('for another reason stays as often busy as it was', () => {
    const decision = giveBack(who, { outcome: 'returned', because: 'x' })(viewOf([{ ...draining, busy: 2 }]), 'c11');
    expect(written(decision).busy).toBe(2);
  });

  test('untreated is a warning: it comes back as sick as it was', () => {
    const decision = giveBack(who, { outcome: 'returned', because: 'paused' })(viewOf([draining]), 'c11');
    expect(committed(decision).notices).toMatchObject([{ kind: 'returned', urgency: 'warning' }]);
  });

  test('takes its evidence along', () => {
    const evidence = { topByCpu: [], topByMemory: [], load: [0, 0, 0], missing: ['out of time'] } as const;
    const decision = giveBack(who, { outcome: 'busy', because: 'load', evidence })(viewOf([draining]), 'c11');
    expect(steps(decision)).toEqual(['evidence', 'busy']);
    const ids = committed(decision).notices.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test.each([
    ['a human holds it', { heldBy: 'ann' }],
    ['it was drained to be held', { purpose: 'hold' }],
    ['it leaves', { purpose: 'leave' }],
    ['it drains no longer', { state: 'rebooting' }],
    ['another session has it', { session: 'another' }],
  ] as const)('is not where %s', (_, part) => {
    const record = { ...draining, ...part };
    expect(giveBack(who, { outcome: 'busy', because: 'load' })(viewOf([record]), 'c11').kind).toBe('nothing');
  });
});

describe('a drain that was not for a treatment', () => {
  const end = endDrain(who, 'the only router let go');

  test("ends in held for a human's hold, and the record goes on saying why", () => {
    const held = { ...draining, purpose: 'hold', heldBy: 'ann', because: 'by ann: a new disk' } as const;
    const decision = end(viewOf([held]), 'c11');
    expect(written(decision)).toMatchObject({ state: 'held', heldBy: 'ann', because: 'by ann: a new disk' });
    for (const gone of transient) expect(written(decision)).not.toHaveProperty(gone);
  });

  test('ends in held where a human has come to hold it during a treatment', () => {
    expect(written(end(viewOf([{ ...draining, heldBy: 'ann' }]), 'c11')).state).toBe('held');
  });

  test('ends in left for a farewell, even of a node that a human holds, and the hold stays', () => {
    const leaving = { ...draining, purpose: 'leave', heldBy: 'ann' } as const;
    expect(written(end(viewOf([leaving]), 'c11'))).toMatchObject({ state: 'left', heldBy: 'ann' });
  });

  test('does not end a treatment', () => {
    expect(end(viewOf([draining]), 'c11').kind).toBe('nothing');
    const { purpose: _purpose, ...unsaid } = draining;
    expect(end(viewOf([unsaid]), 'c11').kind).toBe('nothing');
  });
});
