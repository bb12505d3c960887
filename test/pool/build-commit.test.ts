import { describe, expect, test } from '@jest/globals';
import { buildCommit } from '../../pool/build-commit.ts';
import type { Write } from '../../pool/commit.ts';
import { emptyData, viewOf } from '../../pool/memory-data.ts';
import type { NodeRecord, Remedy, RemedyBegun } from '../../pool/record.ts';
import { poolKeys } from '../../pool/redis/keys.ts';
import type { PoolView } from '../../pool/view.ts';
import { draftOf, nodeRecord, put } from '../support/nodes.ts';

const viewWith = (...records: readonly NodeRecord[]): PoolView => ({
  ...viewOf(emptyData(), { nowMs: 0, readAtMs: 0 }, poolKeys('web')),
  epoch: 'e',
  head: 'h',
  nodes: new Map(records.map((record) => [record.id, record])),
  live: records.filter(({ state }) => state === 'serving').map(({ url }) => url),
});

describe('a commit built from a draft', () => {
  test('expects the epoch, and the token of each node that it writes', () => {
    const view = viewWith(nodeRecord('a', { version: 3, commit: 'x' }));
    expect(buildCommit(view, draftOf([put('a'), put('b')]), 'id').expect).toEqual([
      { kind: 'epoch', epoch: 'e' },
      { kind: 'fresh', untilMs: 5_000 },
      { kind: 'node', node: 'a', token: '3:x' },
      { kind: 'node', node: 'b', token: undefined },
    ]);
  });

  test('leaves the expectations of the draft as they are', () => {
    const mine = { kind: 'node', node: 'a', token: '1:other' } as const;
    expect(buildCommit(viewWith(nodeRecord('a')), draftOf([put('a')], { expect: [mine] }), 'id').expect).toEqual([
      { kind: 'epoch', epoch: 'e' },
      { kind: 'fresh', untilMs: 5_000 },
      mine,
    ]);
  });

  test('makes a wrong live list anew, on condition that nothing was committed since', () => {
    const view = { ...viewWith(nodeRecord('a')), live: ['http://stranger'] };
    const { live, expect: expected } = buildCommit(view, draftOf([put('b')]), 'id');
    expect(live).toEqual({ whole: true, remove: [], add: ['http://a.test:8080', 'http://b.test:8080'] });
    expect(expected).toContainEqual({ kind: 'head', head: 'h' });
  });
});

const begun = (remedy: Remedy): RemedyBegun => ({ remedy, finding: 'cpu', atMs: 5 });

describe('admissionVersion', () => {
  const serving = nodeRecord('a');
  const out = { state: 'draining', drain: 'd' } as const;
  const cases: readonly (readonly [what: string, before: readonly NodeRecord[], write: Write, moves: boolean])[] = [
    ['a new node joins', [], put('a', { state: 'checking' }), false],
    ['a new node begins to serve', [nodeRecord('a', { state: 'checking' })], put('a'), false],
    ['a record changes within its state', [serving], put('a', { because: 'again' }), false],
    ['a serving node is drained', [serving], put('a', out), true],
    ['a drained node is rebooted', [nodeRecord('a', out)], put('a', { state: 'rebooting' }), false],
    ['a reboot is begun', [nodeRecord('a', out)], put('a', { state: 'rebooting', remedies: [begun('reboot')] }), true],
    [
      'a service is restarted',
      [nodeRecord('a', out)],
      put('a', { ...out, remedies: [begun('restart-service')] }),
      false,
    ],
    [
      'a reboot begun before is kept',
      [nodeRecord('a', { ...out, remedies: [begun('reboot')] })],
      put('a', { ...out, remedies: [begun('reboot'), begun('restart-service')] }),
      false,
    ],
    ['a node returns from its treatment', [nodeRecord('a', { state: 'checking', incident: 'i' })], put('a'), true],
    ['a node is quarantined', [nodeRecord('a', out)], put('a', { state: 'quarantined' }), true],
    ['a serving node boots anew', [serving], put('a', { state: 'checking' }), true],
    ['a serving node is forgotten', [serving], { kind: 'remove-node', node: 'a' }, true],
    ['a state of another version is entered', [serving], put('a', { state: 'hibernating' }), true],
    ['the lever is let go', [], { kind: 'free-lever' }, true],
    ['the policy changes', [], { kind: 'put-policy', source: {}, by: 'me' }, true],
    ['a router is forgotten', [], { kind: 'forget-router', router: 'r' }, false],
  ];
  test.each(cases)('when %s', (_what, before, write, moves) => {
    expect(buildCommit(viewWith(...before), draftOf([write]), 'id').movesAdmission).toBe(moves);
  });
});
