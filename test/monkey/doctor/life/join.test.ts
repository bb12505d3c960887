import { describe, expect, test } from '@jest/globals';
import { join, type Newcomer, urlOwner } from '../../../../monkey/doctor/life/join.ts';
import { census } from '../../../../monkey/doctor/treatment/census.ts';
import { poolBudget } from '../../../../monkey/doctor/treatment/guards/pool-budget.ts';
import type { NodeRecord } from '../../../../pool/record.ts';
import type { PoolView } from '../../../../pool/view.ts';
import { nodeRecord } from '../../../support/nodes.ts';
import { committed, nowMs, policyOf, steps, viewOf, written } from '../../../support/view.ts';

const newcomer: Newcomer = {
  id: 'web-1',
  url: 'http://web-1.test:8080',
  service: 'meow',
  bootId: 'boot-of-web-1',
  session: 'new-session',
  replaces: 'session-of-web-1',
  urlOwner: undefined,
};
const rebooted = { ...newcomer, bootId: 'boot-2' };
const ask = (view: PoolView, part: Partial<Newcomer> = {}) => join({ ...newcomer, ...part })(view, 'c11');
const refusal = (view: PoolView, part: Partial<Newcomer> = {}) => {
  const decision = ask(view, part);
  return decision.kind === 'nothing' ? decision.detail?.['refusal'] : undefined;
};

describe('a node that the pool does not know', () => {
  test('is checked before it serves', () => {
    const decision = ask(viewOf([]), { replaces: undefined });
    expect(written(decision)).toEqual({
      ...{ schema: 1, id: 'web-1', url: 'http://web-1.test:8080', service: 'meow', bootId: 'boot-of-web-1' },
      ...{ session: 'new-session', state: 'checking', sinceMs: nowMs, because: 'new in the pool' },
      ...{ weight: 1, relapses: 0, treatmentTimes: [] },
    });
    expect(committed(decision).expect).toEqual([{ kind: 'node', node: 'web-1', token: undefined }]);
  });

  test.each(['held', 'quarantined', 'left'] as const)('stays %s where it was before the pool was lost', (state) => {
    const beforeLoss = nodeRecord('web-1', { state, heldBy: 'ann', because: 'a new disk' });
    expect(written(ask(viewOf([]), { beforeLoss }))).toMatchObject({ state, heldBy: 'ann', because: 'a new disk' });
  });

  test.each(['serving', 'draining', 'rebooting', 'lost'] as const)(
    'that was %s before the pool was lost is checked',
    (state) => {
      const beforeLoss = nodeRecord('web-1', { state, drain: 'd1', incident: 'inc-1' });
      const node = written(ask(viewOf([]), { beforeLoss }));
      expect(node.state).toBe('checking');
      expect(node).not.toHaveProperty('incident');
    },
  );
});

describe('a quarantined node whose reboot was ordered, when the data of the pool was lost', () => {
  const ordered = { quarantinedFor: 'its checks fail', orderedBy: 'ann', drain: 'd1', incident: 'inc-1' };

  test.each(['draining', 'rebooting', 'checking'] as const)('while it was %s is quarantined still', (state) => {
    const beforeLoss = nodeRecord('web-1', { state, ...ordered });
    const node = written(ask(viewOf([]), { beforeLoss }));
    expect(node).toMatchObject({ state: 'quarantined', because: 'its checks fail' });
    for (const gone of ['drain', 'incident', 'quarantinedFor']) expect(node).not.toHaveProperty(gone);
  });

  test('and was done, is checked', () => {
    const beforeLoss = nodeRecord('web-1', { state: 'checking', ...ordered, remedy: 'reboot' });
    expect(written(ask(viewOf([]), { beforeLoss })).state).toBe('checking');
  });
});

describe('the same boot', () => {
  test.each(['serving', 'checking', 'draining', 'rebooting', 'quarantined', 'held', 'left', 'lost', 'levitating'])(
    'changes nothing but the session of a node that is %s',
    (state) => {
      const record = nodeRecord('web-1', { state, drain: 'd1', heldBy: 'ann', incident: 'inc-1' });
      const { version: _version, commit: _commit, ...rest } = record;
      expect(written(ask(viewOf([record])))).toEqual({ ...rest, session: 'new-session' });
    },
  );

  test('joins once', () => {
    expect(ask(viewOf([nodeRecord('web-1', { session: 'new-session' })])).kind).toBe('nothing');
  });

  test('at another URL is somebody else', () => {
    expect(refusal(viewOf([nodeRecord('web-1', { url: 'http://other.test:8080' })]))).toBe('other-url');
  });

  test('may come back at another URL once it has left', () => {
    const record = nodeRecord('web-1', { state: 'left', url: 'http://other.test:8080' });
    expect(written(ask(viewOf([record]))).url).toBe('http://web-1.test:8080');
  });
});

describe('a new boot', () => {
  test.each(['serving', 'checking', 'draining', 'lost', 'left'] as const)('of a %s node is checked', (state) => {
    const record = nodeRecord('web-1', { state, drain: 'd1', purpose: 'treat', drained: 'd1', servingSinceMs: 5 });
    const decision = join(rebooted)(viewOf([record]), 'c11');
    expect(written(decision)).toMatchObject({ state: 'checking', bootId: 'boot-2', session: 'new-session' });
    for (const gone of ['drain', 'purpose', 'drained', 'owner', 'stepDeadlineMs', 'servingSinceMs', 'remedy'])
      expect(written(decision)).not.toHaveProperty(gone);
  });

  test('proves the reboot that was asked for', () => {
    const record = nodeRecord('web-1', { state: 'rebooting', incident: 'inc-1', sinceMs: nowMs - 20_000 });
    const decision = join(rebooted)(viewOf([record]), 'c11');
    expect(written(decision)).toMatchObject({ state: 'checking', remedy: 'reboot', incident: 'inc-1' });
    expect(steps(decision)).toEqual(['rebooted']);
    expect(committed(decision).notices).toMatchObject([
      { kind: 'rebooted', detail: { bootIdBefore: 'boot-of-web-1', bootIdAfter: 'boot-2', awayMs: 20_000 } },
    ]);
  });

  test('of a node that served for days was not away for days', () => {
    const record = nodeRecord('web-1', { sinceMs: nowMs - 900_000 });
    const decision = join(rebooted)(viewOf([record], { seen: new Map([['web-1', nowMs - 30_000]]) }), 'c11');
    expect(committed(decision).notices[0]).toMatchObject({ kind: 'booted', detail: { awayMs: 30_000 } });
  });

  test.each(['held', 'quarantined'] as const)('of a %s node leaves it out', (state) => {
    const decision = join(rebooted)(viewOf([nodeRecord('web-1', { state, heldBy: 'ann' })]), 'c11');
    expect(written(decision)).toMatchObject({ state, heldBy: 'ann', bootId: 'boot-2', session: 'new-session' });
  });

  test('of a node whose state is of another version leaves the state alone', () => {
    const decision = join(rebooted)(viewOf([nodeRecord('web-1', { state: 'levitating' })]), 'c11');
    expect(written(decision)).toMatchObject({ state: 'levitating', bootId: 'boot-2' });
  });

  test('keeps a hold that was to come', () => {
    const record = nodeRecord('web-1', { state: 'draining', purpose: 'hold', heldBy: 'ann' });
    expect(written(join(rebooted)(viewOf([record]), 'c11'))).toMatchObject({ state: 'checking', heldBy: 'ann' });
  });

  test('may bring another URL', () => {
    const view = viewOf([nodeRecord('web-1', { url: 'http://old.test:8080' })]);
    expect(written(join(rebooted)(view, 'c11')).url).toBe('http://web-1.test:8080');
  });
});

test('a session that was not watched is not replaced', () => {
  const view = viewOf([nodeRecord('web-1', { session: 'a third' })]);
  expect(refusal(view)).toBe('look-again');
  expect(refusal(view, { bootId: 'boot-2' })).toBe('look-again');
});

describe('a URL that belongs to another', () => {
  const view = viewOf([nodeRecord('old', { url: 'http://web-1.test:8080' })]);

  test('is not taken from one that EC2 knows', () => {
    expect(refusal(view, { urlOwner: { id: 'old', gone: false } })).toBe('url-taken');
  });

  test('is not taken from one that EC2 was not asked about', () => {
    expect(refusal(view)).toBe('look-again');
    expect(refusal(view, { urlOwner: { id: 'older', gone: true } })).toBe('look-again');
  });

  test('passes on when EC2 no longer knows the owner, whose record goes in the same commit', () => {
    const decision = ask(view, { urlOwner: { id: 'old', gone: true } });
    expect(committed(decision).writes).toContainEqual({ kind: 'remove-node', node: 'old' });
    expect(committed(decision).expect).toContainEqual({ kind: 'node', node: 'old', token: '1:c1' });
    expect(written(decision).url).toBe('http://web-1.test:8080');
  });

  describe('passes on, and the owner', () => {
    const remedies = (...agoMs: readonly number[]) =>
      agoMs.map((ago) => ({ remedy: 'reboot', finding: 'cpu', atMs: laterMs - ago }) as const);
    const laterMs = nowMs + 3_600_000;
    const owner = (part: Partial<NodeRecord>) =>
      viewOf([nodeRecord('old', { url: 'http://web-1.test:8080', ...part })], { nowMs: laterMs });
    const succeed = (view: PoolView) => ask(view, { urlOwner: { id: 'old', gone: true } });
    const left = (view: PoolView) =>
      committed(succeed(view)).writes.flatMap((write) => (write.kind === 'put-node' ? [write.node] : []))[0];

    test('stays as one that has left while its reboots count: no replaced machine gives the pool its budget back', () => {
      const counted = remedies(3_700_000, 60_000);
      const view = owner({ ...{ state: 'rebooting', remedies: counted, owner: 'agent:old', stepDeadlineMs: 9 } });
      expect(left(view)).toMatchObject({ id: 'old', state: 'left', sinceMs: laterMs, remedies: counted });
      for (const gone of ['owner', 'stepDeadlineMs', 'incident', 'heldBy']) expect(left(view)).not.toHaveProperty(gone);
      const record = { ...left(view)!, version: 11, commit: 'c11' };
      const newcomerRecord = nodeRecord('web-1', { state: 'checking' });
      const after = viewOf([record, newcomerRecord], { nowMs: laterMs });
      const policy = policyOf({ limits: { reboots: { pool: 1 } } });
      const question = { node: newcomerRecord, view: after, policy, census: census(after, policy), viewAgeMs: 0 };
      expect(poolBudget({ ...question, remedy: 'reboot' }).kind).toBe('veto');
      expect(urlOwner(after, newcomer)).toBeUndefined();
    });

    test.each([
      ['was never rebooted', {}],
      ['was rebooted over an hour ago', { remedies: remedies(3_600_000) }],
      ['had its service restarted', { remedies: [{ ...remedies(1)[0]!, remedy: 'restart-service' as const }] }],
    ])('that %s is dropped', (_what, part) => {
      expect(committed(succeed(owner(part))).writes).toContainEqual({ kind: 'remove-node', node: 'old' });
    });

    test('is told of: its incident ends, and people hear that it has left', () => {
      const { writes, notices } = committed(succeed(owner({ state: 'quarantined', incident: 'inc-1' })));
      expect(writes).toContainEqual(
        expect.objectContaining({
          kind: 'incident',
          incident: 'inc-1',
          entry: expect.objectContaining({ outcome: 'left' }),
        }),
      );
      expect(notices.map(({ kind, node }) => `${kind} ${node ?? ''}`)).toEqual(['gone old', 'joined web-1']);
      expect(new Set(notices.map(({ id }) => id)).size).toBe(2);
    });
  });

  test('does not belong to one that has left', () => {
    const left = viewOf([nodeRecord('old', { url: 'http://web-1.test:8080', state: 'left' })]);
    expect(urlOwner(left, newcomer)).toBeUndefined();
    expect(ask(left).kind).toBe('commit');
  });
});

test('keeps what budgets and cooldowns count when the data of the pool was lost', () => {
  const counted = {
    relapses: 2,
    treatmentTimes: [nowMs - 5_000],
    remedies: [{ remedy: 'reboot', finding: 'cpu', atMs: nowMs - 4_000 }],
    readmittedMs: nowMs - 9_000,
    busy: 3,
  } as const;
  const beforeLoss = nodeRecord('web-1', { state: 'draining', incident: 'inc-1', drain: 'd1', ...counted });
  const record = written(ask(viewOf([]), { beforeLoss }));
  expect(record).toMatchObject({ state: 'checking', ...counted });
  for (const gone of ['incident', 'drain']) expect(record).not.toHaveProperty(gone);
});
