import { describe, expect, test } from '@jest/globals';
import { emptyServicesOf, readingsOf } from '../../../monkey/services/from-pool.ts';
import { nodeRecord } from '../../support/nodes.ts';
import { beatOf, nowMs, viewOf } from '../../support/view.ts';

const one = (...args: Parameters<typeof viewOf>) => readingsOf(viewOf(...args))[0];
const node = nodeRecord('web-1');

describe('the servers of a pool', () => {
  test('are its nodes, with what their agents told just now', () => {
    expect(one([node])).toEqual({
      ...{ kind: 'measured', address: 'web-1.test:8080', node: 'web-1', service: 'meow', cpuShare: 0.2 },
      memoryShare: expect.any(Number),
    });
  });

  test('are unknown once their beats are old', () => {
    expect(one([node], { seen: new Map([['web-1', nowMs - 16_000]]) })).toMatchObject({
      kind: 'unknown',
      because: 'its agent has not beaten for 16s',
      cpuShare: undefined,
    });
  });

  test('are unknown where a part is, with the reason, and the rest told', () => {
    const beats = new Map([['web-1', beatOf(node, 'no such file')]]);
    expect(one([node], { beats })).toMatchObject({
      kind: 'unknown',
      because: 'no such file',
      memoryShare: expect.any(Number),
    });
    const cpuOnly = {
      node: 'web-1',
      session: node.session,
      vitals: { vitals: { cpu: { kind: 'measured', share: 0.5 } } },
    };
    expect(one([node], { beats: new Map([['web-1', cpuOnly]]) })).toMatchObject({
      ...{ kind: 'unknown', because: 'its agent tells no memory', cpuShare: 0.5 },
    });
  });

  test('are out where they do not serve, in states of another version too', () => {
    expect(one([nodeRecord('web-1', { state: 'held', because: 'a look' })])).toMatchObject({
      kind: 'out',
      because: 'held: a look',
    });
    expect(one([nodeRecord('web-1', { state: 'enchanted' })])).toMatchObject({ kind: 'out' });
  });

  test('are also records that can not be read, and not nodes that have left', () => {
    const garbage = [{ kind: 'garbage', key: 'dm:{web}:nodes', field: 'web-9', because: 'no JSON' } as const];
    expect(readingsOf(viewOf([nodeRecord('web-1', { state: 'left' })], { garbage }))).toEqual([
      { kind: 'unknown', address: 'web-9', node: 'web-9', because: 'its record can not be read: no JSON' },
    ]);
  });
});

test('services of which all nodes have left are empty, and those of which one is there are not', () => {
  const left = { state: 'left' } as const;
  const view = viewOf([
    nodeRecord('web-1', left),
    nodeRecord('web-2', left),
    nodeRecord('geo-1', { ...left, service: 'geo' }),
    nodeRecord('auth-1', { ...left, service: 'auth' }),
    nodeRecord('auth-2', { state: 'quarantined', service: 'auth' }),
  ]);
  expect(emptyServicesOf(view)).toEqual([
    { service: 'meow', nodesLeft: 2 },
    { service: 'geo', nodesLeft: 1 },
  ]);
});
