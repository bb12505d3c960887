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
    [
      "the pool's, long before it has room,",
      draining({ incident: 'inc-2' }),
      [rebooted('other-8'), rebooted('other-7')],
    ],
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

describe('the reboot of a drained node that waits for the budget of the pool', () => {
  /** Restarted so long ago that the budget of one an hour has room again after this. */
  const freesIn = (ms: number, id = 'other-8') =>
    nodeRecord(id, { remedies: [{ remedy: 'reboot', finding: 'cpu', atMs: nowMs - 3_600_000 + ms }] });
  const untilMs = nowMs + policy.reboot.deadline;
  const waiting = (part: Partial<NodeRecord> = {}): NodeRecord =>
    draining({ rebootWaits: { drain: 'd1', because: 'pool-budget: full', untilMs }, ...part });
  const decide = (nodes: readonly NodeRecord[], at = nowMs) => {
    const all = [...nodes, ...others(4)];
    return next(viewOf(all, { nowMs: at, seen: new Map(all.map(({ id }) => [id, at])) }), 'c11');
  };

  test('waits out of the pool for one that has room in some minutes, and nobody is called', () => {
    const decision = decide([draining(), freesIn(120_000)]);
    expect(written(decision)).toMatchObject({
      ...{ state: 'draining', drain: 'd1', sinceMs: draining().sinceMs, stepDeadlineMs: untilMs + 15_000 },
      rebootWaits: { drain: 'd1', untilMs, because: expect.stringContaining('pool-budget: 1 of 1 reboots') },
    });
    expect(committed(decision).notices).toEqual([
      expect.objectContaining({
        kind: 'not-rebooted',
        urgency: 'warning',
        text: expect.stringContaining('10m at most'),
      }),
    ]);
    expect(committed(decision).writes).toContainEqual(
      expect.objectContaining({ kind: 'incident', entry: expect.objectContaining({ step: 'reboot-waits' }) }),
    );
  });

  test('waits for one that is held by a treatment under way, which may need no reboot', () => {
    expect(written(decide([draining(), underWay])).rebootWaits).toMatchObject({ untilMs });
  });

  test('is told of once', () => {
    expect(decide([waiting(), freesIn(60_000)])).toMatchObject({ kind: 'nothing', detail: { waits: true } });
  });

  test('is intended once there is room, and the record no longer says that it waits', () => {
    const record = written(decide([waiting(), freesIn(0)]));
    expect(record.state).toBe('rebooting');
    expect(record).not.toHaveProperty('rebootWaits');
  });

  const spent: Partial<NodeRecord> = { remedies: [{ remedy: 'reboot', finding: 'cpu', atMs: nowMs - 7_200_000 }] };
  test.each<readonly [string, number, readonly NodeRecord[], Partial<NodeRecord>?]>([
    ['the time of a reboot is over', untilMs, [freesIn(policy.reboot.deadline + 1_000)]],
    ['it is known that there is no room by then', nowMs, [freesIn(policy.reboot.deadline + 1_000)]],
    ['Redis TIME has gone back since', nowMs - 5_000, [freesIn(1_000)]],
    ['the budget of the node is spent by now', nowMs, [freesIn(1_000)], spent],
  ])('is over once %s: quarantined, and a human is called', (_what, at, more, own: Partial<NodeRecord> = {}) => {
    const decision = decide([waiting(own), ...more], at);
    expect(written(decision)).toMatchObject({
      state: 'quarantined',
      because: expect.stringContaining('no reboot follows'),
    });
    expect(written(decision)).not.toHaveProperty('rebootWaits');
    expect(committed(decision).notices.at(-1)).toMatchObject({ kind: 'quarantined', urgency: 'page' });
  });

  test('is none where the pool cannot spare the node: it is checked at once', () => {
    const record = written(
      next(
        viewOf(
          [draining(), freesIn(120_000, 'gone')].map((one) => ({
            ...one,
            ...(one.id === 'gone' ? { state: 'left' as const } : {}),
          })),
        ),
        'c11',
      ),
    );
    expect(record).toMatchObject({ state: 'checking', because: expect.stringContaining('only 0 nodes serve') });
  });

  test('of two that wait goes to the first, and the other waits on', () => {
    const second = nodeRecord('web-0', {
      ...{ state: 'draining', purpose: 'treat', drain: 'd0', incident: 'inc-0', finding: 'memory' },
      rebootWaits: { drain: 'd0', because: 'pool-budget: full', untilMs: untilMs + 1 },
    });
    expect(written(decide([waiting(), second])).state).toBe('rebooting');
    const first = { ...second, rebootWaits: { ...second.rebootWaits!, untilMs: untilMs - 1 } };
    expect(decide([waiting(), first])).toMatchObject({ kind: 'nothing', detail: { waits: true } });
  });

  test('does not go on with a restart of the service that has failed', () => {
    expect(written(decide([draining({ restarting: 'd1' }), freesIn(120_000)]))).not.toHaveProperty('restarting');
  });
});
