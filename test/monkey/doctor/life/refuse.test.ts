import { expect, test } from '@jest/globals';
import { causeOf, tellRefusal } from '../../../../monkey/doctor/life/refuse.ts';
import type { Veto } from '../../../../monkey/doctor/treatment/guard.ts';
import { nodeRecord } from '../../../support/nodes.ts';
import { committed, viewOf } from '../../../support/view.ts';

const veto = (guard: string, because: string): Veto => ({ kind: 'veto', guard, because, detail: {} });
const who = { node: 'web-1', session: 'session-of-web-1' };
const vetoes = [veto('cooldown', 'treated 1m ago'), veto('lever', 'paused by ann')];

test('two refusals have one cause if the same guards vetoed, whatever their numbers and order', () => {
  expect(causeOf(vetoes)).toBe(causeOf([veto('lever', 'paused by ann'), veto('cooldown', 'treated 2m ago')]));
  expect(causeOf(vetoes)).not.toBe(causeOf(vetoes.slice(1)));
});

test('a refusal names the finding and every veto, and moves nothing', () => {
  const draft = committed(tellRefusal(who, 'CPU 99%', vetoes)(viewOf([nodeRecord('web-1')]), 'c11'));
  expect(draft.writes).toEqual([]);
  expect(draft.notices).toMatchObject([
    {
      kind: 'refused',
      urgency: 'warning',
      text: 'web-1 is sick (CPU 99%) and is not treated. cooldown: treated 1m ago; lever: paused by ann.',
      detail: { vetoes },
    },
  ]);
});

test('nothing is told of a node that serves no longer, or in another session', () => {
  const tell = tellRefusal(who, 'CPU 99%', vetoes);
  expect(tell(viewOf([nodeRecord('web-1', { state: 'held' })]), 'c11').kind).toBe('nothing');
  expect(tell(viewOf([nodeRecord('web-1', { session: 'another' })]), 'c11').kind).toBe('nothing');
  expect(tell(viewOf([]), 'c11').kind).toBe('nothing');
});
