import { describe, expect, test } from '@jest/globals';
import { forecast } from '../../../../../monkey/doctor/treatment/guards/forecast.ts';
import type { PoolView, RouterReport } from '../../../../../pool/view.ts';
import { nodeRecord } from '../../../../support/nodes.ts';
import { questionOf } from '../../../../support/question.ts';
import { beatOf, nowMs, others } from '../../../../support/view.ts';

const node = nodeRecord('web-1');

/** The others take these shares of their CPU. */
const ask = (shares: readonly (number | string)[], view: Partial<PoolView> = {}, limit = '85%') => {
  const rest = others(shares.length);
  const beats = new Map(
    rest.map((one, index) => {
      const share = shares[index]!;
      return [one.id, beatOf(one, typeof share === 'string' ? share : { share })];
    }),
  );
  return forecast(questionOf([node, ...rest], { policy: { limits: { forecast: limit } }, view: { beats, ...view } }));
};
const routers = (...reports: readonly (RouterReport['requests'] | undefined)[]): Partial<PoolView> => ({
  routers: new Map(
    reports.map((requests, index): [string, RouterReport] => [
      `r${index}`,
      { id: `r${index}`, atMs: nowMs, version: 10, draining: {}, ...(requests === undefined ? {} : { requests }) },
    ]),
  ),
});

test.each([
  // others' CPU, allowed at 85 %
  [[0.4], true],
  [[0.42], true],
  [[0.43], false],
  [[0.5, 0.5], true],
  [[0.57, 0.57], false],
  [[0.6, 0.6, 0.6], true],
  [[0.65, 0.65, 0.65], false],
  [[0.99, 0.2, 0.2, 0.2], true],
])('with the others at %j of their CPU: allowed %s', (shares, allowed) => {
  expect(ask(shares).kind).toBe(allowed ? 'allow' : 'veto');
});

test('says what they take and what they would take', () => {
  expect(ask([0.6, 0.8])).toEqual({
    kind: 'veto',
    because: 'the others take 70% of their CPU and would take 105% (equal shares), at most 85%',
    detail: { now: 0.7, forecast: 1.0499999999999998, limit: 0.85 },
  });
});

describe('the share that they take over', () => {
  test('is the one that the routers report', () => {
    const view = routers({ 'web-1': 10, 'other-1': 45, 'other-2': 45 }, { 'other-1': 50, 'other-2': 50 });
    expect(ask([0.8, 0.8], view)).toMatchObject({
      kind: 'allow',
      because: 'the others take 80% of their CPU and would take 84.2% (it has 5% of the requests), at most 85%',
    });
  });

  test('may be most of the requests', () => {
    expect(ask([0.2, 0.2], routers({ 'web-1': 90, 'other-1': 5, 'other-2': 5 })).kind).toBe('veto');
  });

  test('is nothing where the node gets no request', () => {
    expect(ask([0.8], routers({ 'other-1': 5 })).kind).toBe('allow');
  });

  test.each([
    ['no router is known', {}],
    ['a router does not count', routers({ 'other-1': 5 }, undefined)],
    ['nobody gets a request', routers({})],
    [
      'a router is silent',
      {
        routers: new Map([
          ['r', { id: 'r', atMs: nowMs - 5_001, version: 1, draining: {}, requests: { 'other-1': 5 } }],
        ]),
      },
    ],
    [
      'a router can not be read',
      {
        ...routers({ 'other-1': 5 }),
        garbage: [{ kind: 'garbage', key: 'dm:{web}:routers', field: 'r9', because: 'not JSON' }] as const,
      },
    ],
  ])('is an equal one where %s', (_why, view) => {
    expect(ask([0.6], view)).toMatchObject({ kind: 'veto', because: expect.stringContaining('equal shares') });
  });
});

describe('what is not known', () => {
  test('of one of the others is a veto, and which', () => {
    expect(ask([0.1, 'its clock went back', 0.1])).toEqual({
      kind: 'veto',
      because: 'the CPU of 1 of 3 other serving nodes is not known: other-2: its clock went back',
      detail: { unknown: 1, limit: 0.85 },
    });
    expect(ask([0.1], { beats: new Map() }).kind).toBe('veto');
  });

  test('those whose agents are silent are not counted on: the others take over all', () => {
    const seen = new Map(['web-1', 'other-1', 'other-2'].map((id) => [id, nowMs]));
    expect(ask([0.5, 0.5, 0.1], { seen })).toMatchObject({ kind: 'allow', detail: { forecast: 0.75 } });
  });

  test('where nobody else is heard of', () => {
    expect(ask([0.1, 0.1], { seen: new Map([['web-1', nowMs]]) })).toMatchObject({
      kind: 'veto',
      because: 'nothing is heard of the 2 other serving nodes',
    });
  });
});

test('a node that is out already leaves the others nothing to take over', () => {
  const [other] = others(1);
  const beats = new Map([[other!.id, beatOf(other!, { share: 0.8 })]]);
  const lost = nodeRecord('web-1', { state: 'lost' });
  expect(forecast(questionOf([lost, other!], { view: { beats } }))).toMatchObject({
    kind: 'allow',
    because: 'the others take 80% of their CPU and would take 80% (it serves nothing), at most 85%',
  });
});

test('a node without others has no survivors: whether it may go is for minServing to say', () => {
  expect(ask([])).toMatchObject({ kind: 'allow', because: 'there are no others to take over' });
});
