import { describe, expect, test } from '@jest/globals';
import { giveBack } from '../../../../monkey/doctor/life/after-drain.ts';
import { rebootOrGiveUp } from '../../../../monkey/doctor/life/next-rung.ts';
import type { Evidence } from '../../../../monkey/doctor/ports/evidence.ts';
import type { NodeRecord } from '../../../../pool/record.ts';
import { nodeRecord } from '../../../support/nodes.ts';
import { committed, nowMs, others, policyOf, viewOf, written } from '../../../support/view.ts';

const policy = policyOf();
const fingerprint = { print: 'a'.repeat(16), frame: 'runaway, app/routes/spin.ts' };
const evidence: Evidence = {
  ...{ topByCpu: [], topByMemory: [], load: [1, 1, 1], missing: [], deploy: 'r42' },
  profile: {
    ...{ by: 'inspector', of: 'node app.js (pid 7)', seconds: 5, hz: 99, samples: 480 },
    ...{ hottest: [{ share: 0.94, frame: 'runaway, app/routes/spin.ts:12' }], fingerprint },
  },
};
const draining = (part: Partial<NodeRecord> = {}): NodeRecord =>
  nodeRecord('web-1', {
    ...{ state: 'draining', purpose: 'treat', drain: 'd1', incident: 'inc-1', finding: 'cpu' },
    ...{ treatmentTimes: [nowMs - 900], owner: 'agent:web-1', bootId: 'boot-1' },
    ...part,
  });
const who = { node: 'web-1', session: 'session-of-web-1' };
const next = rebootOrGiveUp({
  ...{ ...who, phase: 'first', bootId: 'boot-1', policy, mode: 'act', evidence },
  ...{ because: 'still hot', watchedMs: 60_000 },
  known: { instance: { kind: 'known', state: 'running' }, viewAgeMs: 0 },
});
const alike = (id: string, part: Partial<NodeRecord['fingerprint']> = {}) =>
  nodeRecord(id, { fingerprint: { ...fingerprint, atMs: nowMs - 60_000, ...part } });

describe('a node that is found doing something', () => {
  test('is remembered for it with the intent to reboot, and with the deploy that ran', () => {
    expect(written(next(viewOf([draining(), ...others(4)]), 'c9'))).toMatchObject({
      state: 'rebooting',
      fingerprint: { ...fingerprint, atMs: nowMs, deploy: 'r42', incident: 'inc-1' },
    });
  });

  test.each(['memory', 'oom', 'check', 'disk', 'pressure'])('is not, where it is %s that it is sick of', (finding) => {
    expect(written(next(viewOf([draining({ finding }), ...others(4)]), 'c9'))).not.toHaveProperty('fingerprint');
  });

  test('and was only busy is not: what it does under load is its work', () => {
    const back = giveBack(who, { outcome: 'busy', because: 'calm once drained', evidence });
    expect(written(back(viewOf([draining(), ...others(4)]), 'c9'))).not.toHaveProperty('fingerprint');
  });
});

describe('the third node that is found doing the same', () => {
  const view = viewOf([draining(), ...others(4), alike('b', { atMs: nowMs - 1_000 }), alike('a', { deploy: 'r41' })]);

  test('is not rebooted: it goes out, and its record says what it did', () => {
    const record = written(next(view, 'c9'));
    expect(record).toMatchObject({
      state: 'quarantined',
      because: expect.stringContaining('fingerprint: runaway, app/routes/spin.ts is hottest on 3 nodes within 1h'),
      fingerprint: { print: fingerprint.print, atMs: nowMs, told: true },
    });
  });

  test('tells people that it is the code, which nodes do it, and with which deploy it began', () => {
    const notices = committed(next(view, 'c9')).notices;
    expect(notices.filter(({ kind }) => kind === 'same-code')).toEqual([
      expect.objectContaining({
        incident: 'inc-1',
        urgency: 'warning',
        text: expect.stringMatching(
          /^It is the code, not web-1: runaway.* on 3 sick nodes within 1h \(a, b, web-1\)\..*It began with deploy r41, first seen on a\.$/,
        ),
      }),
    ]);
    expect(new Set(notices.map(({ id }) => id)).size).toBe(notices.length);
  });

  test('says that no deploy is known where nobody has told one', () => {
    const unknown = viewOf([draining(), ...others(4), alike('b'), alike('a')]);
    const told = committed(next(unknown, 'c9')).notices.find(({ kind }) => kind === 'same-code');
    expect(told?.text).toMatch(/No deploy is known that it began with\.$/);
  });

  test('tells it once: not where a node that did the same has told it already', () => {
    const told = viewOf([draining(), ...others(4), alike('b'), alike('a', { told: true })]);
    expect(committed(next(told, 'c9')).notices.map(({ kind }) => kind)).not.toContain('same-code');
    expect(written(next(told, 'c9'))).toMatchObject({ state: 'quarantined' });
  });

  test('is rebooted, and people hear that it is the code, where the pool keeps one already as it was found', () => {
    const kept = alike('b', { incident: 'inc-b' });
    const full = viewOf([
      ...[draining(), ...others(4), alike('a')],
      { ...kept, state: 'quarantined', incident: 'inc-b', treatmentTimes: [nowMs - 90_000] },
    ]);
    const decision = next(full, 'c9');
    expect(written(decision)).toMatchObject({ state: 'rebooting', fingerprint: { told: true } });
    expect(committed(decision).notices.map(({ kind }) => kind)).toContain('same-code');
  });

  test('is rebooted where a human has ordered it', () => {
    const ordered = draining({ finding: 'ordered', orderedBy: 'ann' });
    expect(written(next(viewOf([ordered, ...others(4), alike('a'), alike('b')]), 'c9')).state).toBe('rebooting');
  });
});
