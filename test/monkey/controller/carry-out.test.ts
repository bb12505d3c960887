import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type CarriedOut, carryOut } from '../../../monkey/controller/carry-out.ts';
import { newSurvey } from '../../../monkey/doctor/rescue/survey.ts';
import { judgeSilence } from '../../../monkey/doctor/silence/judge.ts';
import { nothingTold, silentIncident } from '../../../monkey/doctor/silence/told.ts';
import { afterRead, newWatch } from '../../../monkey/doctor/silence/watch.ts';
import type { Watched } from '../../../monkey/doctor/silence/watched.ts';
import { defaultPolicy } from '../../../pool/policy.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { dead } from '../doctor/silence/watched-pool.ts';
import { newStage, type Stage } from './stage.ts';

let stage: Stage;
beforeEach(() => {
  stage = newStage();
});
afterEach(() => stage.end());

const limits = { deadlineMs: 1_000 };

/** A node that is judged lost from a view, and what becomes of that after something else has happened. */
const loseAfter = async (meanwhile: () => Promise<void>): Promise<CarriedOut> => {
  await stage.nodes('i-1', 'i-2', 'i-3');
  stage.beating.delete('i-2');
  const watch = afterRead(newWatch, await stage.store.view(limits), stage.clock.monotonicMs());
  await stage.clock.run(4_000);
  const between = afterRead(watch, await stage.store.view(limits), stage.clock.monotonicMs());
  await stage.clock.run(4_000);
  const third = afterRead(between, await stage.store.view(limits), stage.clock.monotonicMs());
  await stage.clock.run(4_000);
  const fourth = afterRead(third, await stage.store.view(limits), stage.clock.monotonicMs());
  await stage.clock.run(4_000);
  const view = await stage.store.view(limits);
  const watched: Watched = {
    ...{ view, policy: defaultPolicy(), mode: 'act', pool: 'web', told: nothingTold, attempts: new Map() },
    ...{ watch: afterRead(fourth, view, stage.clock.monotonicMs()), monotonicMs: stage.clock.monotonicMs() },
    ...{ survey: newSurvey, asked: new Map([[silentIncident('i-2', view.seen.get('i-2') ?? 0), dead]]) },
  };
  const step = judgeSilence(watched).find(({ kind }) => kind === 'lose');
  if (step?.kind !== 'lose') throw new Error('nobody is lost');
  await meanwhile();
  await stage.store.lease({ holder: 'c-1', token: 'leader-1', forMs: 10_000 }, limits);
  return carryOut(handOf(), step, watched);
};

const handOf = (): Parameters<typeof carryOut>[0] => {
  const { store, clock, messenger, power } = stage;
  const reach = { ask: async () => dead.last };
  const log = recordingLog();
  const paging = { pollMs: 1_000, paceMs: 1_000, deniedMs: 1_000, callMs: 1_000 };
  return {
    parts: {
      ...{ store, clock, messenger, power, reach, log, random: () => 0.5, newId: randomUUID },
      draw: async () => [],
    },
    options: {
      ...{ id: 'c-1', mode: 'act', leaseMs: 10_000, roundMs: 1_000, poolDeadlineMs: 1_000, delivery: paging, paging },
    },
    leadership: {
      ...{ token: 'leader-1', sinceMs: 0, remainingMs: () => 10_000, telling: { trouble: undefined } },
      signal: new AbortController().signal,
    },
    caller: { call: () => undefined },
    surveyor: { survey: () => newSurvey },
  };
};

test('what was judged is carried out where nothing has changed', async () => {
  expect(await loseAfter(async () => undefined)).toMatchObject({ kind: 'told' });
  expect((await stage.states())['i-2']).toBe('lost');
});

test('a new view is judged by the policy that it holds, not by the one of the look before', async () => {
  const patient = { kind: 'put-policy', source: { silence: { after: '5m' } }, by: 'ann' } as const;
  expect(await loseAfter(() => stage.commit([patient]))).toEqual({ kind: 'nothing' });
  expect((await stage.states())['i-2']).toBe('serving');
});

test('a new view that was read after a pause is judged by nobody who has not watched meanwhile', async () => {
  expect(await loseAfter(() => stage.clock.run(8_000))).toEqual({ kind: 'nothing' });
  expect((await stage.states())['i-2']).toBe('serving');
});
