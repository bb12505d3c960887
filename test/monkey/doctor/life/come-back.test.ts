import { expect, test } from '@jest/globals';
import { comeBack } from '../../../../monkey/doctor/life/come-back.ts';
import { nodeRecord } from '../../../support/nodes.ts';
import { steps, viewOf, written } from '../../../support/view.ts';

const back = comeBack({ node: 'web-1', session: 'session-of-web-1' });

test('a lost node whose agent beats again is checked', () => {
  const record = nodeRecord('web-1', { state: 'lost', incident: 'inc-1', owner: 'controller:c', stepDeadlineMs: 9 });
  const decision = back(viewOf([record]), 'c11');
  expect(written(decision)).toMatchObject({ state: 'checking', incident: 'inc-1' });
  for (const gone of ['owner', 'stepDeadlineMs']) expect(written(decision)).not.toHaveProperty(gone);
  expect(steps(decision)).toEqual(['found-again']);
});

test.each(['serving', 'quarantined', 'held', 'left', 'levitating'])('a node that is %s stays so', (state) => {
  expect(back(viewOf([nodeRecord('web-1', { state })]), 'c11').kind).toBe('nothing');
});
