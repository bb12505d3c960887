import { describe, expect, test } from '@jest/globals';
import { rebootOrGiveUp } from '../../../../monkey/doctor/life/next-rung.ts';
import type { NodeRecord } from '../../../../pool/record.ts';
import { nodeRecord } from '../../../support/nodes.ts';
import { committed, nowMs, others, policyOf, viewOf, written } from '../../../support/view.ts';

const policy = policyOf({ limits: { reboots: { pool: 1, node: 1 } } });
/** Admitted for the restart of its service, which asks no budget; its agent no longer knows how to restart it. */
const draining = (part: Partial<NodeRecord> = {}): NodeRecord =>
  nodeRecord('web-1', {
    ...{ state: 'draining', purpose: 'treat', drain: 'd1', incident: 'inc-1', finding: 'memory' },
    ...{ treatmentTimes: [nowMs - 900], owner: 'agent:web-1', bootId: 'boot-1' },
    ...part,
  });
const next = rebootOrGiveUp({
  ...{ node: 'web-1', session: 'session-of-web-1', phase: 'first', bootId: 'boot-1', policy, mode: 'act' },
  ...{ because: 'no restart-service: nobody says how', watchedMs: 60_000 },
  known: { instance: { kind: 'unknown', because: 'throttled' }, viewAgeMs: 0 },
});
const rebooted = (id: string) =>
  nodeRecord(id, { remedies: [{ remedy: 'reboot', finding: 'cpu', atMs: nowMs - 60_000 }] });
const underWay = nodeRecord('other-9', { state: 'draining', purpose: 'treat' });

describe('the reboot out of a drain', () => {
  test('is intended where a budget has room, and expects that nobody has begun another since', () => {
    const decision = next(viewOf([draining(), ...others(4)]), 'c11');
    expect(written(decision).state).toBe('rebooting');
    expect(committed(decision).expect).toContainEqual({ kind: 'admission', admissionVersion: 4 });
  });

  test.each([
    ["the pool's", draining(), [rebooted('other-8')]],
    ["the node's", draining({ remedies: [{ remedy: 'reboot', finding: 'cpu', atMs: nowMs - 7_200_000 }] }), []],
    ["the pool's, by one under way,", draining(), [underWay]],
  ])('is not intended over %s budget, though its treatment was admitted without asking for it', (_, node, more) => {
    const decision = next(viewOf([node, ...others(4), ...more]), 'c11');
    expect(written(decision)).toMatchObject({ state: 'quarantined', because: expect.stringMatching(/budget/) });
  });

  test('that was admitted as one does not give way to another that was: both were counted then', () => {
    const decision = next(viewOf([draining({ finding: 'cpu' }), ...others(4), underWay]), 'c11');
    expect(written(decision).state).toBe('rebooting');
  });

  test('that a human has ordered against a budget is intended', () => {
    const node = draining({ finding: 'ordered', orderedBy: 'ann', forced: ['pool-budget'] });
    expect(written(next(viewOf([node, ...others(4), rebooted('other-8')]), 'c11')).state).toBe('rebooting');
  });
});
