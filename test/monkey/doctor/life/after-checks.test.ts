import { describe, expect, test } from '@jest/globals';
import { type Failed, failChecks, passChecks } from '../../../../monkey/doctor/life/after-checks.ts';
import type { CheckResult } from '../../../../monkey/doctor/ports/probe.ts';
import { nodeRecord } from '../../../support/nodes.ts';
import { committed, nowMs, others, policyOf, steps, viewOf, written } from '../../../support/view.ts';

const who = { node: 'web-1', session: 'session-of-web-1' };
const checking = nodeRecord('web-1', {
  state: 'checking',
  incident: 'inc-1',
  remedy: 'reboot',
  treatmentTimes: [nowMs - 60_000],
});
const fresh = nodeRecord('web-1', { state: 'checking' });
const passed = (name: string): CheckResult => ({ name, ok: true, detail: '200 in 3 ms', ms: 3 });
const failedCheck: CheckResult = { name: 'status', ok: false, detail: '503 instead of 200', ms: 3 };

describe('all checks passed', () => {
  const pass = passChecks(who, [passed('content'), passed('status')]);

  test('a treated node is back, each check is told, and its story ends as healed', () => {
    const decision = pass(viewOf([checking]), 'c11');
    expect(written(decision)).toMatchObject({ state: 'serving', servingSinceMs: nowMs });
    for (const gone of ['incident', 'remedy', 'owner']) expect(written(decision)).not.toHaveProperty(gone);
    expect(steps(decision)).toEqual(['check', 'check', 'back']);
    expect(committed(decision).writes.at(-1)).toMatchObject({
      entry: { outcome: 'healed', detail: { outMs: 60_000 } },
    });
    const { notices } = committed(decision);
    expect(notices.map(({ kind }) => kind)).toEqual(['check', 'check', 'back']);
    expect(new Set(notices.map(({ id }) => id)).size).toBe(3);
  });

  test('a node that was cured is no longer counted as busy; one without a remedy still is', () => {
    const { remedy: _remedy, ...untreated } = checking;
    const busyAfter = (record: typeof untreated) => written(pass(viewOf([{ ...record, busy: 2 }]), 'c11')).busy;
    expect([busyAfter(checking), busyAfter(untreated)]).toEqual([undefined, 2]);
  });

  test('a node without a remedy has returned, and that is no warning', () => {
    const { remedy: _remedy, ...untreated } = checking;
    const decision = pass(viewOf([untreated]), 'c11');
    expect(committed(decision).writes.at(-1)).toMatchObject({ entry: { outcome: 'returned' } });
    expect(committed(decision).notices.at(-1)).toMatchObject({ urgency: 'info' });
  });

  test('a new node serves, with one message', () => {
    const decision = pass(viewOf([fresh]), 'c11');
    expect(steps(decision)).toEqual([]);
    expect(committed(decision).notices.map(({ kind }) => kind)).toEqual(['serving']);
  });

  test('a node that a human holds by now is held', () => {
    const decision = pass(viewOf([{ ...checking, heldBy: 'ann' }]), 'c11');
    expect(written(decision)).toMatchObject({ state: 'held', heldBy: 'ann' });
    expect(written(decision)).not.toHaveProperty('servingSinceMs');
    expect(committed(decision).writes.at(-1)).toMatchObject({ entry: { outcome: 'held' } });
  });

  test.each([
    ['no check was run', []],
    ['one has failed', [passed('content'), failedCheck]],
  ])('nothing serves where %s', (_, results) => {
    expect(passChecks(who, results)(viewOf([checking]), 'c11').kind).toBe('nothing');
  });

  test.each(['serving', 'draining', 'rebooting', 'quarantined', 'held', 'left', 'lost', 'levitating'])(
    'a node that is %s by now stays so',
    (state) => {
      expect(pass(viewOf([{ ...checking, state }]), 'c11').kind).toBe('nothing');
    },
  );
});

describe('the checks failed until their deadline', () => {
  const failed: Failed = {
    ...who,
    policy: policyOf({ limits: { minServing: 2 } }),
    mode: 'act',
    watchedMs: Number.POSITIVE_INFINITY,
    because: 'status: 503 instead of 200',
    results: [failedCheck],
  };
  const fail = failChecks(failed);

  test('the node is quarantined, and a human is paged', () => {
    const decision = fail(viewOf([checking, ...others(2)]), 'c11');
    expect(written(decision)).toMatchObject({ state: 'quarantined', because: 'status: 503 instead of 200' });
    expect(steps(decision)).toEqual(['check', 'quarantined']);
    expect(committed(decision).notices.at(-1)).toMatchObject({ kind: 'quarantined', urgency: 'page' });
    expect(committed(decision).durable).toBe(true);
  });

  test('the record keeps the incident, or is given one, so that the page can be ended', () => {
    const ofNew = nodeRecord('web-1', { state: 'checking' });
    expect(written(fail(viewOf([checking, ...others(2)]), 'c11')).incident).toBe('inc-1');
    const decision = fail(viewOf([ofNew, ...others(2)]), 'c11');
    expect(written(decision).incident).toBe('inc-c11');
    expect(committed(decision).notices.at(-1)).toMatchObject({ kind: 'quarantined', incident: 'inc-c11' });
  });

  test('a reboot that was not proven leads there too', () => {
    const rebooting = nodeRecord('web-1', { state: 'rebooting', incident: 'inc-1' });
    expect(written(fail(viewOf([rebooting, ...others(2)]), 'c11')).state).toBe('quarantined');
  });

  test('where fewer than minServing serve, it is checked on, and a human is paged', () => {
    const decision = fail(viewOf([checking, ...others(1)]), 'c11');
    expect(written(decision)).toMatchObject({ state: 'checking', remedy: 'reboot', incident: 'inc-1' });
    expect(committed(decision)).toMatchObject({ what: 'checking-on' });
    expect(committed(decision).notices.at(-1)).toMatchObject({ kind: 'not-quarantined', urgency: 'page' });
  });

  test('people are told of that once', () => {
    const first = written(fail(viewOf([checking, ...others(1)]), 'c11'));
    const again = nodeRecord('web-1', first);
    expect(fail(viewOf([again, ...others(1)]), 'c12').kind).toBe('nothing');
    expect(failChecks({ ...failed, because: 'content: empty' })(viewOf([again, ...others(1)]), 'c12').kind).toBe(
      'nothing',
    );
  });

  test('it is quarantined as soon as enough others serve', () => {
    const again = nodeRecord('web-1', written(fail(viewOf([checking, ...others(1)]), 'c11')));
    expect(written(fail(viewOf([again, ...others(2)]), 'c12')).state).toBe('quarantined');
  });

  test('the last node of a pool is not quarantined, even where none must serve', () => {
    const none = failChecks({ ...failed, policy: policyOf({ limits: { minServing: 0 } }) });
    expect(written(none(viewOf([checking]), 'c11')).state).toBe('checking');
    expect(written(none(viewOf([checking, ...others(1)]), 'c11')).state).toBe('quarantined');
  });

  test('an agent that only observes quarantines nobody', () => {
    const decision = failChecks({ ...failed, mode: 'observe' })(viewOf([checking, ...others(5)]), 'c11');
    expect(written(decision).state).toBe('checking');
    expect(committed(decision).notices.at(-1)).toMatchObject({ kind: 'not-quarantined', urgency: 'warning' });
  });

  test('whom a human holds is held, however few serve', () => {
    const decision = fail(viewOf([{ ...checking, heldBy: 'ann' }]), 'c11');
    expect(written(decision)).toMatchObject({ state: 'held', heldBy: 'ann' });
    expect(committed(decision).notices.at(-1)).toMatchObject({ kind: 'held', urgency: 'warning' });
  });

  test.each(['serving', 'draining', 'quarantined', 'held', 'left', 'lost', 'levitating'])(
    'a node that is %s by now stays so',
    (state) => {
      expect(fail(viewOf([{ ...checking, state }, ...others(3)]), 'c11').kind).toBe('nothing');
    },
  );
});

describe('a quarantined node whose reboot was ordered', () => {
  const { remedy: _remedy, ...unproven } = checking;
  const ordered = { ...unproven, finding: 'ordered', orderedBy: 'ann', quarantinedFor: 'its disk is broken' };
  const results = [passed('content')];
  const failed: Failed = {
    ...{ ...who, policy: policyOf({ limits: { minServing: 3 } }), mode: 'act', watchedMs: 60_000 },
    ...{ because: 'no new boot id', results: [] },
  };

  test('does not serve without a reboot that is proven, though its checks pass', () => {
    const decision = passChecks(who, results)(viewOf([ordered, ...others(4)]), 'c11');
    expect(written(decision)).toMatchObject({
      state: 'quarantined',
      because: expect.stringMatching(/^its disk is broken; the reboot that ann ordered was not done/),
    });
  });

  test('goes back to its quarantine also where too few serve: it served nobody before', () => {
    expect(written(failChecks(failed)(viewOf([ordered, ...others(1)]), 'c11')).state).toBe('quarantined');
  });

  test('serves once the reboot is proven and its checks pass', () => {
    const decision = passChecks(who, results)(viewOf([{ ...ordered, remedy: 'reboot' }]), 'c11');
    expect(written(decision).state).toBe('serving');
    expect(written(decision)).not.toHaveProperty('quarantinedFor');
  });
});

test('a quarantine expects that who serves is as it was judged: of two in one moment the second is judged anew', () => {
  const failed: Failed = {
    ...{ ...who, policy: policyOf({ limits: { minServing: 2 } }), mode: 'act', watchedMs: 60_000 },
    ...{ because: '503', results: [failedCheck] },
  };
  const decision = failChecks(failed)(viewOf([checking, ...others(2)]), 'c11');
  expect(written(decision).state).toBe('quarantined');
  expect(committed(decision).expect).toContainEqual({ kind: 'admission', admissionVersion: 4 });
});
