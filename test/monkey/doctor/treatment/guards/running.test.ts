import { expect, test } from '@jest/globals';
import { running } from '../../../../../monkey/doctor/treatment/guards/running.ts';
import { nodeRecord } from '../../../../support/nodes.ts';
import { questionOf } from '../../../../support/question.ts';

const ask = (instance: ReturnType<typeof questionOf>['instance']) =>
  running(questionOf([nodeRecord('web-1')], { instance }));

test('allows what EC2 calls running, and nothing else', () => {
  expect(ask({ kind: 'known', state: 'running' }).kind).toBe('allow');
  for (const state of ['pending', 'shutting-down', 'terminated', 'stopping', 'stopped'] as const)
    expect(ask({ kind: 'known', state })).toEqual({
      kind: 'veto',
      because: `EC2 says that the machine is ${state}`,
      detail: { state },
    });
});

test('refuses what EC2 does not know, cannot say or was not asked', () => {
  expect(ask({ kind: 'no-such-instance' })).toMatchObject({ kind: 'veto', because: 'EC2 knows no such instance' });
  expect(ask({ kind: 'unknown', because: 'throttled' })).toMatchObject({
    kind: 'veto',
    because: 'EC2 could not say how the machine is: throttled',
  });
  expect(ask(undefined).kind).toBe('veto');
});
