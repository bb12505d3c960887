import { describe, expect, test } from '@jest/globals';
import { findingKinds } from '../../../../monkey/doctor/diagnosis/findings.ts';
import { ableHere, ladderOf, type Means, planFor, remedyOf } from '../../../../monkey/doctor/treatment/plan.ts';
import type { Remedy, RemedyBegun } from '../../../../pool/record.ts';

const nowMs = 1_000_000_000;
const hour = 3_600_000;
const able = ableHere({ kind: 'able' });
const skipMs = 24 * hour;
const withService: Means = { nowMs, skipMs, able };
const withoutService: Means = { nowMs, skipMs, able: ableHere({ kind: 'unable', because: 'nobody has said how' }) };

const begun = (remedy: Remedy, hoursAgo: number, finding = 'memory'): RemedyBegun => ({
  remedy,
  finding,
  atMs: nowMs - hoursAgo * hour,
});

test('CPU begins with the reboot', () => {
  expect(planFor('cpu', {}, withService)).toMatchObject({ kind: 'remedy', remedy: 'reboot', skipped: [] });
});

test.each(['memory', 'oom', 'check'])('%s begins with the restart of the service', (finding) => {
  expect(planFor(finding, {}, withService)).toMatchObject({ kind: 'remedy', remedy: 'restart-service' });
});

test('a node that cannot restart its service begins with the reboot, and says why', () => {
  expect(planFor('memory', {}, withoutService)).toEqual({
    kind: 'remedy',
    remedy: 'reboot',
    because: 'no restart-service: nobody has said how; next is reboot',
    skipped: ['no restart-service: nobody has said how'],
  });
});

describe('a remedy that did not cure the same finding', () => {
  test('within a day is skipped, and it is said', () => {
    const plan = planFor('memory', { remedies: [begun('restart-service', 23)] }, withService);
    expect(plan).toMatchObject({
      kind: 'remedy',
      remedy: 'reboot',
      skipped: ['restart-service did not cure memory: it was begun 23h ago'],
    });
  });

  test('more than a day ago is tried again', () => {
    expect(planFor('memory', { remedies: [begun('restart-service', 24.1)] }, withService)).toMatchObject({
      remedy: 'restart-service',
    });
  });

  test('of another kind says nothing of this one', () => {
    expect(planFor('memory', { remedies: [begun('restart-service', 1, 'check')] }, withService)).toMatchObject({
      remedy: 'restart-service',
    });
  });

  test('is tried again each time where the policy skips none, but never twice in one treatment', () => {
    const means: Means = { ...withService, skipMs: 0 };
    const remedies = [begun('restart-service', 1)];
    const treatmentTimes = [nowMs - 2 * hour];
    expect(planFor('memory', { remedies, treatmentTimes }, means)).toMatchObject({ remedy: 'restart-service' });
    const underWay = { remedies, treatmentTimes, incident: 'inc-1' };
    expect(planFor('memory', underWay, means)).toMatchObject({ remedy: 'reboot' });
  });

  test('stays skipped for as long as a treatment lasts, since budgets were asked about the plan of its beginning', () => {
    const remedies = [begun('restart-service', 25)];
    const begunMs = (hours: number) => ({ remedies, treatmentTimes: [nowMs - hours * hour], incident: 'inc-1' });
    expect(planFor('memory', begunMs(2), withService)).toMatchObject({ remedy: 'reboot' });
    expect(planFor('memory', begunMs(0.5), withService)).toMatchObject({ remedy: 'restart-service' });
  });

  test('is tried again once a human has given the node back', () => {
    const remedies = [begun('reboot', 5), begun('restart-service', 4)];
    const readmitted = (hours: number) => ({ remedies, readmittedMs: nowMs - hours * hour });
    expect(planFor('memory', readmitted(6), withService)).toMatchObject({ kind: 'quarantine' });
    expect(planFor('memory', readmitted(4.5), withService)).toMatchObject({ remedy: 'reboot' });
    expect(planFor('memory', readmitted(3), withService)).toMatchObject({ remedy: 'restart-service', skipped: [] });
  });

  test('counts by its last time', () => {
    const remedies = [begun('restart-service', 40), begun('restart-service', 2)];
    expect(planFor('memory', { remedies }, withService)).toMatchObject({ remedy: 'reboot' });
  });

  test('counts as just begun where the clock of Redis went back', () => {
    const plan = planFor('cpu', { remedies: [begun('reboot', -1, 'cpu')] }, withService);
    expect(plan.because).toContain('it was begun 0ms ago');
  });
});

test('what only a controller may do is waited for in quarantine, and named', () => {
  const plan = planFor('cpu', { remedies: [begun('reboot', 1, 'cpu')] }, withService);
  expect(plan).toMatchObject({ kind: 'quarantine', wants: 'stop-start' });
  expect(plan.because).toBe(
    'reboot did not cure cpu: it was begun 1h ago; next is stop-start: only a controller stops and starts a machine',
  );
});

test('a controller takes the same ladder to its end', () => {
  const controller: Means = { nowMs, skipMs, able: { ...able, 'stop-start': { kind: 'able' } } };
  const remedies = [begun('reboot', 1, 'cpu')];
  expect(planFor('cpu', { remedies }, controller)).toMatchObject({ kind: 'remedy', remedy: 'stop-start' });
  expect(planFor('cpu', { remedies: [...remedies, begun('stop-start', 1, 'cpu')] }, controller)).toMatchObject({
    kind: 'quarantine',
    because: expect.stringContaining('no remedy is left'),
  });
});

test('a full disk has no remedy, and neither has a finding of another version', () => {
  expect(planFor('disk', {}, withService)).toEqual({ kind: 'quarantine', because: 'no remedy is left' });
  expect(planFor('levitation', {}, withService).kind).toBe('quarantine');
});

test('a silent node is rebooted: its agent restarts no service', () => {
  expect(planFor('silent', {}, withService)).toMatchObject({ remedy: 'reboot' });
});

test('every ladder goes from the lightest remedy to the heaviest, each once', () => {
  const weight: Record<Remedy, number> = { 'restart-service': 0, reboot: 1, 'stop-start': 2 };
  for (const kind of findingKinds) {
    const weights = ladderOf(kind).map((remedy) => weight[remedy]);
    expect(weights).toEqual([...new Set(weights)].sort());
  }
});

test('budgets are asked about the remedy that a plan begins with, and about none where it ends in quarantine', () => {
  expect(remedyOf(planFor('cpu', {}, withService))).toBe('reboot');
  expect(remedyOf(planFor('cpu', { remedies: [begun('reboot', 1, 'cpu')] }, withService))).toBe('none');
});

test('the latest try of a remedy counts, in whatever order the record holds them', () => {
  const remedies = [begun('restart-service', 2), begun('restart-service', 40)];
  expect(planFor('memory', { remedies }, withService)).toMatchObject({ kind: 'remedy', remedy: 'reboot' });
});
