import { expect, test } from '@jest/globals';
import { hold } from '../../../../../monkey/doctor/treatment/guards/hold.ts';
import { nodeRecord } from '../../../../support/nodes.ts';
import { questionOf } from '../../../../support/question.ts';

test('refuses a node that a human holds, and names the human', () => {
  expect(hold(questionOf([nodeRecord('web-1', { heldBy: 'ann' })]))).toMatchObject({
    kind: 'veto',
    because: 'held by ann',
  });
});

test('allows a node that nobody holds', () => {
  expect(hold(questionOf([nodeRecord('web-1')])).kind).toBe('allow');
});
