import { expect, test } from '@jest/globals';
import { fingerprint } from '../../../../../monkey/doctor/treatment/guards/fingerprint.ts';
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
const web1 = nodeRecord('web-1', { state: 'draining', incident: 'inc-1', treatmentTimes: [nowMs - minutes] });
const ask = (others: readonly NodeRecord[], just: { readonly print: string } | 'no profile' = { print }, node = web1) =>
  fingerprint({
    ...questionOf([node, ...others], { view: { nowMs } }),
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

test('refuses nothing that a human has ordered', () => {
  expect(ask([found('a', 5), found('b', 5)], { print }, { ...web1, orderedBy: 'ann' })).toMatchObject({
    kind: 'allow',
    because: expect.stringContaining('ann has ordered it'),
  });
});

test('says nothing against a quarantine', () => {
  const question = { ...questionOf([web1, found('a', 5), found('b', 5)], { view: { nowMs }, remedy: 'none' }) };
  expect(fingerprint({ ...question, fingerprint: { print, frame } }).kind).toBe('allow');
});

test('counts as many nodes, and looks back as far, as the policy says', () => {
  const policy = { limits: { fingerprint: { nodes: 2, within: '10m' } } };
  const by = (ago: number) =>
    fingerprint({
      ...questionOf([web1, found('a', ago)], { view: { nowMs }, policy }),
      fingerprint: { print, frame },
    }).kind;
  expect([by(9), by(11)]).toEqual(['veto', 'allow']);
});
