import { expect, test } from '@jest/globals';
import { lever } from '../../../../../monkey/doctor/treatment/guards/lever.ts';
import type { Lever } from '../../../../../pool/view.ts';
import { nodeRecord } from '../../../../support/nodes.ts';
import { questionOf } from '../../../../support/question.ts';
import { nowMs } from '../../../../support/view.ts';

const ask = (pulled: Partial<Lever> | undefined) =>
  lever(
    questionOf([nodeRecord('web-1')], {
      view: { lever: pulled && { by: 'ann', because: 'a release', sinceMs: 0, ...pulled } },
    }),
  );

test('allows while it is free', () => {
  expect(ask(undefined).kind).toBe('allow');
});

test('refuses while it is pulled, and says by whom, why and for how long', () => {
  expect(ask({})).toMatchObject({
    kind: 'veto',
    because: 'healing is paused by ann: a release',
    detail: { by: 'ann' },
  });
  expect(ask({ untilMs: nowMs + 5_000 })).toMatchObject({ detail: { remainingMs: 5_000 } });
});

test('allows again once its time has passed', () => {
  expect(ask({ untilMs: nowMs }).kind).toBe('allow');
});
