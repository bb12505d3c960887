import { describe, expect, test } from '@jest/globals';
import { fingerprint } from '../../../../../monkey/doctor/treatment/guards/fingerprint.ts';
import type { PolicySource } from '../../../../../pool/policy.ts';
import type { FoundDoing, NodeRecord } from '../../../../../pool/record.ts';
import { nodeRecord } from '../../../../support/nodes.ts';
import { questionOf } from '../../../../support/question.ts';

const nowMs = 1_000_000_000;
const minutes = 60_000;
const print = 'a'.repeat(16);
const frame = 'runaway, app/routes/spin.ts';

const found = (
  id: string,
  agoMinutes: number,
  rest: Partial<NodeRecord & { readonly doing: Partial<FoundDoing> }> = {},
) => nodeRecord(id, { fingerprint: { print, frame, atMs: nowMs - agoMinutes * minutes, ...rest.doing }, ...rest });
const web1 = nodeRecord('web-1', {
  ...{ state: 'draining', finding: 'cpu', incident: 'inc-1', treatmentTimes: [nowMs - minutes] },
});
/** A question in a pool in which everybody beats. */
const question = (nodes: readonly NodeRecord[], policy: PolicySource = {}) =>
  questionOf(nodes, { view: { nowMs, seen: new Map(nodes.map(({ id }) => [id, nowMs])) }, policy });
const ask = (others: readonly NodeRecord[], just: { readonly print: string } | 'no profile' = { print }, node = web1) =>
  fingerprint({
    ...question([node, ...others]),
    fingerprint: just === 'no profile' ? undefined : { ...just, frame },
  });

test('refuses the third node that was found doing the same within an hour, and names what it does', () => {
  expect(ask([found('a', 5), found('b', 59)])).toEqual({
    kind: 'veto',
    because: 'runaway, app/routes/spin.ts is hottest on 3 nodes within 1h, from 3 on it is the code',
    detail: { nodes: 3, limit: 3, withinMs: 60 * minutes, print },
  });
});

test('allows while fewer do: others that do something else, or did it long ago, do not count', () => {
  expect(ask([found('a', 5)]).kind).toBe('allow');
  expect(ask([found('a', 5), found('b', 61)]).kind).toBe('allow');
  expect(ask([found('a', 5), found('b', 5, { doing: { print: 'b'.repeat(16) } })]).kind).toBe('allow');
});

test('a node that does it again and again is one node', () => {
  const again = { ...web1, fingerprint: { print, frame, atMs: nowMs - 5 * minutes } };
  expect(ask([found('a', 5)], { print }, again).kind).toBe('allow');
});

test('a node of which there is no profile is treated as ever, whatever others were found doing', () => {
  const many = ['a', 'b', 'c', 'd'].map((id) => found(id, 1));
  expect(ask(many, 'no profile').kind).toBe('allow');
});

test('what it was found doing in this treatment counts, and what in the one before does not', () => {
  const others = [found('a', 5), found('b', 5)];
  const doing = (agoMs: number) => ({ ...web1, fingerprint: { print, frame, atMs: nowMs - agoMs } });
  expect(ask(others, 'no profile', doing(minutes / 2)).kind).toBe('veto');
  expect(ask(others, 'no profile', doing(2 * minutes)).kind).toBe('allow');
});

test('what it was found doing in another incident says nothing, whenever that was: it was cured of it', () => {
  const others = [found('a', 5), found('b', 5)];
  const doing = (incident: string) => ({ ...web1, fingerprint: { print, frame, atMs: nowMs - minutes / 2, incident } });
  expect(ask(others, 'no profile', doing('inc-1')).kind).toBe('veto');
  expect(ask(others, 'no profile', doing('inc-0')).kind).toBe('allow');
});

test('a lost node is rescued, whatever it was doing before its last cure', () => {
  const lost = nodeRecord('web-1', {
    ...{ state: 'lost', incident: 'inc-2', treatmentTimes: [nowMs - 10 * minutes] },
    fingerprint: { print, frame, atMs: nowMs - 9 * minutes, incident: 'inc-1' },
  });
  expect(ask([found('a', 5), found('b', 5)], 'no profile', lost).kind).toBe('allow');
  // As an earlier version has left it.
  const old = { ...lost, fingerprint: { print, frame, atMs: nowMs - 9 * minutes } };
  expect(ask([found('a', 5), found('b', 5)], 'no profile', old).kind).toBe('allow');
});

test.each(['memory', 'oom', 'disk', 'pressure', 'check', 'ordered', undefined])(
  'says nothing of a node that is treated for %s: a profile is a picture of CPU',
  (finding) => {
    const { finding: _cpu, ...rest } = web1;
    const node: NodeRecord = finding === undefined ? rest : { ...rest, finding };
    expect(ask([found('a', 5), found('b', 5)], { print }, node).kind).toBe('allow');
  },
);

test('what Redis TIME has left in the future is not waited for, but for a minute', () => {
  expect(ask([found('a', -0.9), found('b', 5)]).kind).toBe('veto');
  expect(ask([found('a', -2), found('b', 5)]).kind).toBe('allow');
});

describe('keeps nobody out whom the pool cannot spare, since what it refuses waits for a human', () => {
  const alike = [found('a', 5), found('b', 6)];
  const kept = nodeRecord('c', {
    ...{ state: 'quarantined', incident: 'inc-c', treatmentTimes: [nowMs - 9 * minutes] },
    fingerprint: { print, frame, atMs: nowMs - 8 * minutes, incident: 'inc-c' },
  });
  const asked = (policy: PolicySource, ...more: readonly NodeRecord[]) =>
    fingerprint({
      ...question([web1, ...alike, ...more], policy),
      fingerprint: { print, frame },
    });

  test('one is kept for people to look at by default; the next one is cured', () => {
    expect(asked({}).kind).toBe('veto');
    expect(asked({}, kept)).toMatchObject({
      kind: 'allow',
      because: expect.stringMatching(/1 other is out or kept .* and 1 may be, so it is cured all the same$/),
    });
  });

  test('as many as limits.out allows together with those that are under treatment', () => {
    const two: PolicySource = { limits: { out: { number: 2, share: '100%' } } };
    expect(asked(two, kept).kind).toBe('veto');
    expect(asked(two, kept, nodeRecord('d', { state: 'rebooting' })).kind).toBe('allow');
  });

  test('one that was quarantined for something else does not count', () => {
    expect(asked({}, nodeRecord('c', { state: 'quarantined', incident: 'inc-c' })).kind).toBe('veto');
  });

  test('nobody, where fewer than minServing others serve', () => {
    expect(asked({ limits: { minServing: 3 } }).kind).toBe('allow');
    expect(asked({ limits: { minServing: 2 } }).kind).toBe('veto');
  });
});

test('refuses nothing that a human has ordered', () => {
  expect(ask([found('a', 5), found('b', 5)], { print }, { ...web1, orderedBy: 'ann' })).toMatchObject({
    kind: 'allow',
    because: expect.stringContaining('ann has ordered it'),
  });
});

test('says nothing against a quarantine', () => {
  const asked = { ...question([web1, found('a', 5), found('b', 5)]), remedy: 'none' } as const;
  expect(fingerprint({ ...asked, fingerprint: { print, frame } }).kind).toBe('allow');
});

test('counts as many nodes, and looks back as far, as the policy says', () => {
  const policy = { limits: { fingerprint: { nodes: 2, within: '10m' } } };
  const by = (ago: number) =>
    fingerprint({
      ...question([web1, found('a', ago)], policy),
      fingerprint: { print, frame },
    }).kind;
  expect([by(9), by(11)]).toEqual(['veto', 'allow']);
});
