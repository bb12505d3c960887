import { describe, expect, test } from '@jest/globals';
import { type Intent, intend } from '../../../../monkey/doctor/life/intend.ts';
import type { Evidence } from '../../../../monkey/doctor/ports/evidence.ts';
import { nodeRecord } from '../../../support/nodes.ts';
import { committed, nowMs, policyOf, steps, viewOf, written } from '../../../support/view.ts';

const evidence: Evidence = {
  topByCpu: [{ pid: 7, command: 'stress', cpuShare: 0.97, rssBytes: 1 }],
  topByMemory: [],
  load: [4, 2, 1],
  missing: [],
};
const intent: Intent = {
  node: 'web-1',
  session: 'session-of-web-1',
  bootId: 'boot-of-web-1',
  policy: policyOf({ reboot: { settle: '4m' } }),
  because: 'still hot without traffic',
  evidence,
  phase: 'first',
};
const again = { ...intent, phase: 'again' } as const;
const draining = nodeRecord('web-1', {
  state: 'draining',
  purpose: 'treat',
  drain: 'd1',
  drained: 'd1',
  incident: 'inc-1',
});
const rebooting = nodeRecord('web-1', { state: 'rebooting', because: 'hot', incident: 'inc-1', sinceMs: 5 });
const lever = { by: 'ann', because: 'a release', sinceMs: 0 };

test('commits the intent with the boot that must be gone, before anything is asked', () => {
  const decision = intend(intent)(viewOf([draining]), 'c11');
  expect(written(decision)).toMatchObject({
    state: 'rebooting',
    bootId: 'boot-of-web-1',
    owner: 'agent:web-1',
    stepDeadlineMs: nowMs + 240_000,
    incident: 'inc-1',
  });
  for (const gone of ['drain', 'purpose', 'drained']) expect(written(decision)).not.toHaveProperty(gone);
  expect(committed(decision)).toMatchObject({
    expect: [{ kind: 'node', node: 'web-1', token: '1:c1' }, { kind: 'lever-free' }],
    durable: true,
  });
});

test('tells the evidence in the same commit', () => {
  const decision = intend(intent)(viewOf([draining]), 'c11');
  expect(steps(decision)).toEqual(['evidence', 'rebooting']);
  expect(committed(decision).notices.map(({ kind }) => kind)).toEqual(['evidence', 'rebooting']);
  expect(committed(decision).notices[0]?.text).toBe('Busiest on web-1: stress (pid 7) with 97 % of a core.');
});

test('says that there is no evidence, and why', () => {
  const none = { ...evidence, topByCpu: [], missing: ['/proc is gone'] };
  const decision = intend({ ...intent, evidence: none })(viewOf([draining]), 'c11');
  expect(committed(decision).notices[0]?.text).toBe('No evidence of web-1 could be had: /proc is gone.');
});

test('renews an intent without moving when the reboot began', () => {
  const decision = intend({ ...again, because: 'throttled' })(viewOf([rebooting]), 'c11');
  expect(written(decision)).toMatchObject({ state: 'rebooting', sinceMs: 5, stepDeadlineMs: nowMs + 240_000 });
  expect(steps(decision)).toEqual(['rebooting']);
});

test('tells people of a renewal once per cause', () => {
  const renewed = (because: string) =>
    committed(intend({ ...again, because })(viewOf([{ ...rebooting, because: 'throttled' }]), 'c11')).notices;
  expect(renewed('throttled')).toEqual([]);
  expect(renewed('refused')).toMatchObject([{ kind: 'not-rebooted', urgency: 'warning' }]);
});

test.each([
  ['a human holds it', { ...draining, heldBy: 'ann' }],
  ['a human holds it by now', { ...rebooting, heldBy: 'ann' }],
  ['it was drained to be held', { ...draining, purpose: 'hold' as const }],
  ['it was drained to leave', { ...draining, purpose: 'leave' as const }],
  ['it has booted anew', { ...rebooting, bootId: 'another' }],
  ['it serves', nodeRecord('web-1')],
  ['it is checked', nodeRecord('web-1', { state: 'checking' })],
  ['its record is of another session', { ...draining, session: 'another' }],
  ['its state is one of another version', nodeRecord('web-1', { state: 'levitating' })],
])('intends nothing where %s', (_, record) => {
  const phase = record.state === 'rebooting' ? 'again' : 'first';
  expect(intend({ ...intent, phase })(viewOf([record]), 'c11').kind).toBe('nothing');
});

test.each([draining, rebooting])('intends nothing while the lever is pulled', (record) => {
  const decision = intend(record === draining ? intent : again)(viewOf([record], { lever }), 'c11');
  expect(decision).toMatchObject({ kind: 'nothing', because: 'healing is paused by ann: a release' });
});

test('intends nothing for a node that is not in the pool', () => {
  expect(intend(intent)(viewOf([]), 'c11').kind).toBe('nothing');
});

describe('what a controller has intended meanwhile', () => {
  const controllers = {
    ...rebooting,
    owner: 'controller:c-1',
    stepDeadlineMs: nowMs + 1,
  } as const;

  test('is not taken over by the first intent of an agent that was frozen', () => {
    expect(intend(intent)(viewOf([controllers]), 'c11').kind).toBe('nothing');
  });

  test('is not renewed before its deadline has passed', () => {
    const decision = intend(again)(viewOf([controllers]), 'c11');
    expect(decision).toMatchObject({ kind: 'nothing', because: 'controller:c-1 has asked for its reboot' });
    const late = { ...controllers, stepDeadlineMs: nowMs - 1 };
    expect(written(intend(again)(viewOf([late]), 'c11'))).toMatchObject({ owner: 'agent:web-1' });
  });

  test('is never renewed where the machine is stopped and started', () => {
    const stopped = { ...controllers, stepDeadlineMs: nowMs - 1, call: 'stop' } as const;
    expect(intend(again)(viewOf([stopped]), 'c11').kind).toBe('nothing');
  });
});

test('drops what another remedy has left in the record', () => {
  const decision = intend(intent)(viewOf([{ ...draining, call: 'stop', wants: 'stop-start' }]), 'c11');
  for (const gone of ['call', 'wants']) expect(written(decision)).not.toHaveProperty(gone);
});
