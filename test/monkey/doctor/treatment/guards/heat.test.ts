import { expect, test } from '@jest/globals';
import type { Finding } from '../../../../../monkey/doctor/diagnosis/course.ts';
import { allowedHot, heat } from '../../../../../monkey/doctor/treatment/guards/heat.ts';
import type { NodeRecord } from '../../../../../pool/record.ts';
import type { Beat } from '../../../../../pool/view.ts';
import { nodeRecord } from '../../../../support/nodes.ts';
import { questionOf } from '../../../../support/question.ts';
import { beatOf, nowMs, others } from '../../../../support/view.ts';

const node = nodeRecord('web-1');
const hot = (one: NodeRecord) => beatOf(one, { share: 0.95 });

/** Of `all` serving nodes this one is sick; so many others are hot, and of so many nobody knows. */
const ask = (all: number, hotOthers: number, unknown = 0, limit = '50%') => {
  const rest = others(all - 1);
  const told = rest
    .slice(unknown)
    .map((one, index): [string, Beat] => [one.id, index < hotOthers ? hot(one) : beatOf(one)]);
  return heat(questionOf([node, ...rest], { policy: { limits: { heat: limit } }, view: { beats: new Map(told) } }));
};

test.each([
  // serving, others hot, allowed
  [1, 0, true],
  [2, 0, true],
  [2, 1, false],
  [3, 0, true],
  [3, 1, false],
  [4, 1, true],
  [4, 2, false],
  [5, 1, true],
  [5, 2, false],
  [10, 4, true],
  [10, 5, false],
  [100, 49, true],
  [100, 50, false],
])('of %d serving nodes, with %d others hot: allowed %s', (all, hotOthers, allowed) => {
  expect(ask(all, hotOthers).kind).toBe(allowed ? 'allow' : 'veto');
});

test('says that it is load', () => {
  expect(ask(4, 3)).toEqual({
    kind: 'veto',
    because: 'with it, 4 of 4 serving nodes are hot, at most 50% may be: that is load, not one sick node',
    detail: { hot: 4, measured: 4, unknown: 0, limit: 0.5 },
  });
});

test('says of a well node that it was counted in: the question is asked of a sick one', () => {
  expect(heat(questionOf([node, ...others(2)])).because).toMatch(/^with it, 1 of \d serving nodes is hot/);
});

test('one hot node alone is no heat of the pool, however small its share may be', () => {
  expect(ask(3, 0, 0, '1%').kind).toBe('allow');
  expect([1, 2, 3, 4, 5].map((nodes) => allowedHot(nodes, 0.5))).toEqual([1, 1, 1, 2, 2]);
  // 0.29 * 100 is 28.999999999999996.
  expect(allowedHot(100, 0.29)).toBe(29);
});

test.each([
  // serving, others unknown, allowed
  [2, 1, false],
  [3, 1, false],
  [3, 2, false],
  [4, 1, true],
  [10, 4, true],
  [10, 5, false],
])('of %d serving nodes, with %d of which nobody knows: allowed %s', (all, unknown, allowed) => {
  expect(ask(all, 0, unknown).kind).toBe(allowed ? 'allow' : 'veto');
});

test('a node whose agent is silent may be hot: it serves, and starved agents do not beat', () => {
  const rest = others(2);
  const seen = new Map([['web-1', nowMs]]);
  expect(heat(questionOf([node, ...rest], { view: { seen } }))).toMatchObject({
    kind: 'veto',
    because: 'with it, 1 of 1 serving nodes is hot, at most 50% may be, and of 2 nobody knows whether they are',
  });
});

test('a node is hot by its CPU, by one thread, or because its agent found it sick', () => {
  const [other] = others(1);
  const sick: Finding = { kind: 'sick', finding: 'cpu', because: 'CPU 99%' };
  const beats = [
    beatOf(other!, { share: 0.9 }),
    beatOf(other!, { share: 0.4, busiestThreadShare: 0.95 }),
    beatOf(other!, { share: 0.8 }, sick),
    beatOf(other!, { share: 0.89, busiestThreadShare: 0.94 }),
  ];
  const kinds = beats.map(
    (beat) => heat(questionOf([node, other!], { view: { beats: new Map([[other!.id, beat]]) } })).kind,
  );
  expect(kinds).toEqual(['veto', 'veto', 'veto', 'allow']);
});

test('counts only serving nodes', () => {
  const out = (['draining', 'quarantined', 'checking'] as const).map((state) => nodeRecord(state, { state }));
  const view = { beats: new Map(out.map((one) => [one.id, hot(one)])) };
  expect(heat(questionOf([node, ...out], { view }))).toMatchObject({ kind: 'allow', detail: { hot: 1, measured: 1 } });
});

test('a node that is out already is none of the hot ones', () => {
  const rest = others(2);
  const beats = new Map(rest.map((one, index) => [one.id, index === 0 ? hot(one) : beatOf(one)]));
  const lost = nodeRecord('web-1', { state: 'lost' });
  expect(heat(questionOf([lost, ...rest], { view: { beats } }))).toMatchObject({
    kind: 'allow',
    detail: { hot: 1, measured: 2 },
  });
});
