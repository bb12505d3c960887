import { expect, test } from '@jest/globals';
import { allow, veto } from '../../../../monkey/doctor/treatment/guard.ts';
import { askGuards, vetoesOf } from '../../../../monkey/doctor/treatment/guards.ts';
import { nodeRecord } from '../../../support/nodes.ts';
import { questionOf } from '../../../support/question.ts';
import { others } from '../../../support/view.ts';

test('a healthy pool has no veto against treating one node', () => {
  const answers = askGuards(questionOf([nodeRecord('web-1'), ...others(3)]));
  expect(vetoesOf(answers)).toEqual([]);
  expect(answers.map(({ guard }) => guard)).toEqual([
    ...['lever', 'hold', 'window', 'out-at-once', 'min-serving', 'heat', 'forecast'],
    ...['cooldown', 'node-budget', 'pool-budget', 'fingerprint', 'running', 'fresh-view'],
  ]);
});

test('every guard says its value against its limit, or what it goes by', () => {
  const answers = askGuards(
    questionOf([nodeRecord('web-1', { treatmentTimes: [1] }), ...others(3)], {
      policy: { limits: { windows: [{}], cooldown: '1s' } },
    }),
  );
  const wordless = answers.filter(({ detail }) => Object.keys(detail).length === 0).map(({ guard }) => guard);
  // What has no value to tell: nothing is pulled, nobody holds it.
  expect(wordless).toEqual(['lever', 'hold']);
});

test('all guards are asked, so that a refusal names all its reasons', () => {
  const node = nodeRecord('web-1', { heldBy: 'ann', treatmentTimes: [999_000] });
  const question = questionOf([node, nodeRecord('web-2', { state: 'draining' })], {
    view: { lever: { by: 'ann', because: 'a release', sinceMs: 0 } },
    viewAgeMs: 60_000,
  });
  expect(vetoesOf(askGuards(question)).map(({ guard }) => guard)).toEqual([
    'lever',
    'hold',
    'out-at-once',
    'min-serving',
    'cooldown',
    'fresh-view',
  ]);
});

test('a guard that throws is a veto, and the others are asked all the same', () => {
  const answers = askGuards(questionOf([nodeRecord('web-1')]), {
    broken: () => {
      throw new TypeError('undefined is not a guard');
    },
    kind: () => allow('why not'),
    strict: () => veto('never', { limit: 0 }),
  });
  expect(answers).toEqual([
    {
      kind: 'veto',
      guard: 'broken',
      because: 'the guard failed: TypeError: undefined is not a guard',
      detail: {},
    },
    { kind: 'allow', guard: 'kind', because: 'why not', detail: {} },
    { kind: 'veto', guard: 'strict', because: 'never', detail: { limit: 0 } },
  ]);
  expect(vetoesOf(answers)).toHaveLength(2);
});
