import { describe, expect, test } from '@jest/globals';
import type { InstanceState } from '../../../../monkey/doctor/ports/power.ts';
import { afterDrain, neededBack, stopped } from '../../../../monkey/doctor/treatment/after-drain.ts';
import { nodeRecord } from '../../../support/nodes.ts';
import { nowMs, others, policyOf, viewOf } from '../../../support/view.ts';

const running: InstanceState = { kind: 'known', state: 'running' };
const verdict = (kind: 'hot' | 'warm' | 'calm' | 'unknown') => ({ kind, because: 'CPU 99%' });

describe('what follows a round without traffic', () => {
  test('a hot node is treated', () => {
    expect(afterDrain('web-1', verdict('hot'), running)).toEqual({
      kind: 'treat',
      because: 'still hot without traffic: CPU 99%',
    });
  });

  test('a warm node is treated: what was sick stays so until it is calm', () => {
    expect(afterDrain('web-1', verdict('warm'), running).kind).toBe('treat');
  });

  test('a calm node was busy', () => {
    expect(afterDrain('web-1', verdict('calm'), running)).toMatchObject({ kind: 'give-back', outcome: 'busy' });
  });

  test('a node that could not be measured is given back', () => {
    expect(afterDrain('web-1', verdict('unknown'), running)).toMatchObject({ kind: 'give-back', outcome: 'returned' });
  });

  test.each(['pending', 'shutting-down', 'terminated', 'stopping', 'stopped'] as const)(
    'a hot node that EC2 calls %s is given back',
    (state) => {
      expect(afterDrain('web-1', verdict('hot'), { kind: 'known', state })).toMatchObject({
        kind: 'give-back',
        because: `EC2 says that web-1 is ${state}`,
      });
    },
  );

  test('a hot node that EC2 does not know is given back', () => {
    expect(afterDrain('web-1', verdict('hot'), { kind: 'no-such-instance' }).kind).toBe('give-back');
  });

  test('a hot node stays out while EC2 cannot say how it is', () => {
    expect(afterDrain('web-1', verdict('hot'), { kind: 'unknown', because: 'throttled' }).kind).toBe('treat');
  });

  test('a calm node is given back whatever EC2 says', () => {
    expect(afterDrain('web-1', verdict('calm'), { kind: 'unknown', because: 'throttled' }).kind).toBe('give-back');
  });
});

describe('healing has stopped', () => {
  const acting = { mode: 'act', sinceLostPoolMs: undefined } as const;
  const lever = { by: 'ann', because: 'a release', sinceMs: 0 };

  test('not while nothing stands against it', () => {
    expect(stopped(viewOf([]), acting)).toBeUndefined();
  });
  test('while the lever is pulled', () => {
    expect(stopped(viewOf([], { lever }), acting)).toBe('healing is paused by ann: a release');
  });
  test('not once the time of the lever has passed', () => {
    expect(stopped(viewOf([], { lever: { ...lever, untilMs: nowMs } }), acting)).toBeUndefined();
    expect(stopped(viewOf([], { lever: { ...lever, untilMs: nowMs + 1 } }), acting)).toBeDefined();
  });
  test('while the agent only observes', () => {
    expect(stopped(viewOf([]), { ...acting, mode: 'observe' })).toBe('agent.mode is observe');
  });
  test('for a minute after the data of the pool was lost', () => {
    expect(stopped(viewOf([]), { ...acting, sinceLostPoolMs: 59_999 })).toBe("the pool's data was lost 1m ago");
    expect(stopped(viewOf([]), { ...acting, sinceLostPoolMs: 60_000 })).toBeUndefined();
  });
});

describe('a draining node is needed back', () => {
  const policy = policyOf({ limits: { minServing: 2 } });
  const node = nodeRecord('web-1', { state: 'draining', purpose: 'treat' });
  const long = Number.POSITIVE_INFINITY;

  test('where fewer than minServing serve', () => {
    expect(neededBack(viewOf([node, ...others(1)]), node, policy, long)).toBe(
      'others failed meanwhile: 1 serve, 2 must',
    );
  });
  test('not where enough serve', () => {
    expect(neededBack(viewOf([node, ...others(2)]), node, policy, long)).toBeUndefined();
  });
  test('not where a human holds it, or where it leaves', () => {
    const view = viewOf([node]);
    expect(neededBack(view, { ...node, heldBy: 'ann' }, policy, long)).toBeUndefined();
    expect(neededBack(view, { ...node, purpose: 'leave' }, policy, long)).toBeUndefined();
  });
  test('not for silence that was not watched', () => {
    const view = viewOf([node, ...others(2)], { seen: new Map() });
    expect(neededBack(view, node, policy, 1_000)).toBeUndefined();
    expect(neededBack(view, node, policy, long)).toBeDefined();
  });
});
