import { expect, test } from '@jest/globals';
import { drained } from '../../../../monkey/doctor/treatment/drained.ts';
import { nodeRecord } from '../../../support/nodes.ts';
import { nowMs, policyOf, routerOf, viewOf } from '../../../support/view.ts';

const node = nodeRecord('web-1', { state: 'draining', drain: 'd1', purpose: 'treat' });
const policy = policyOf({ drain: { deadline: '30s' } });

const ask = (routers: readonly ReturnType<typeof routerOf>[], { waitedMs = 200, established = 0, part = {} } = {}) =>
  drained(viewOf([node], { routers: new Map(routers), ...part }), node, policy, { waitedMs, established });

test('it ends when every router has applied it and has nothing in flight', () => {
  expect(ask([routerOf('r1', { d1: 0 }), routerOf('r2', { d1: 0 })])).toEqual({
    kind: 'drained',
    because: 'all 2 routers let go after 200ms',
    inFlight: 0,
  });
});

test('it waits for requests in flight', () => {
  expect(ask([routerOf('r1', { d1: 0 }), routerOf('r2', { d1: 2 })])).toEqual({
    kind: 'waiting',
    because: '2 requests are in flight',
    remainingMs: 29_800,
  });
});

test('it waits for a router that has not applied it, even one that counts another drain', () => {
  expect(ask([routerOf('r1', { d1: 0 }), routerOf('r2', { d0: 0 })])).toMatchObject({
    kind: 'waiting',
    because: 'routers have not applied it yet: r2',
  });
});

test('it waits for a silent router', () => {
  expect(ask([routerOf('r1', { d1: 0 }), routerOf('r2', { d1: 0 }, nowMs - 5_001)])).toMatchObject({
    kind: 'waiting',
    because: 'routers are silent: r2',
  });
});

test('it waits while what a router says cannot be read', () => {
  const garbage = [{ kind: 'garbage', key: 'dm:{web}:routers', field: 'r2', because: 'not JSON' }] as const;
  expect(ask([routerOf('r1', { d1: 0 })], { part: { garbage } })).toMatchObject({
    kind: 'waiting',
    because: 'what routers say cannot be read: r2',
  });
});

test('it waits while no router is known', () => {
  expect(ask([])).toMatchObject({ kind: 'waiting' });
});

test('it waits for connections that no router knows of', () => {
  expect(ask([routerOf('r1', { d1: 0 })], { established: 1 })).toMatchObject({
    kind: 'waiting',
    because: '1 connection to the app is open',
  });
});

test('connections that cannot be seen do not hold it up', () => {
  expect(ask([routerOf('r1', { d1: 0 })], { established: undefined })).toMatchObject({
    kind: 'drained',
    because: 'the only router let go after 200ms',
  });
});

test('at its deadline it ends whatever is open, and says what was', () => {
  expect(ask([routerOf('r1', { d1: 7 })], { waitedMs: 30_000 })).toEqual({
    kind: 'drained',
    because: 'its deadline of 30s passed: 7 requests are in flight',
    inFlight: 7,
  });
});

test('a drain without an id is acknowledged by nobody', () => {
  const { drain: _drain, ...rest } = node;
  const view = viewOf([rest], { routers: new Map([routerOf('r1', { '': 0 })]) });
  expect(drained(view, rest, policy, { waitedMs: 0, established: 0 }).kind).toBe('waiting');
});
