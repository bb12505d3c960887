import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { newStage, type Stage } from './stage.ts';

let stage: Stage;
beforeEach(() => {
  stage = newStage();
});
afterEach(() => stage.end());

const limits = { deadlineMs: 1_000 };
const answers = { kind: 'answers', detail: 'HTTP 200' } as const;
const told = () => stage.read().map(({ text }) => text);
const toldOf = (emoji: string) => told().filter((text) => text.startsWith(emoji));

describe('a node that dies', () => {
  test('is taken off the live list, with an incident and a thread that tell it', async () => {
    const [, second] = await stage.nodes('i-1', 'i-2', 'i-3');
    await stage.controller();
    await stage.clock.run(20_000);
    stage.beating.delete('i-2');
    await stage.clock.run(30_000);
    expect(await stage.states()).toEqual({ 'i-1': 'serving', 'i-2': 'lost', 'i-3': 'serving' });
    const view = await stage.store.view(limits);
    expect(view.live).not.toContain(second?.url);
    expect(view.live).toHaveLength(2);
    const incidentId = view.nodes.get('i-2')?.incident ?? '';
    expect(await stage.store.incident(incidentId, limits)).toMatchObject({
      node: 'i-2',
      entries: [{ step: 'lost', because: expect.stringContaining('ECONNREFUSED') }],
    });
    expect(stage.read()).toMatchObject([
      { text: expect.stringContaining('i-2 is sick'), thread: undefined },
      { text: expect.stringContaining('i-2 is lost'), thread: stage.messenger.posted[0]?.id },
    ]);
  });

  test('but answers at its URL keeps serving, and people are paged once', async () => {
    const [, second] = await stage.nodes('i-1', 'i-2', 'i-3');
    stage.reached.set(second?.url ?? '', answers);
    await stage.controller();
    stage.beating.delete('i-2');
    await stage.clock.run(120_000);
    expect((await stage.states())['i-2']).toBe('serving');
    expect(told()).toHaveLength(1);
    stage.beating.add('i-2');
    await stage.clock.run(10_000);
    expect(told()).toEqual([expect.stringContaining('it keeps serving'), expect.stringContaining('beats again')]);
  });

  test('is not touched while the lever is pulled', async () => {
    await stage.nodes('i-1', 'i-2', 'i-3');
    await stage.commit([{ kind: 'pull-lever', lever: { because: 'deploy', by: 'ann', sinceMs: 1 } }]);
    await stage.controller();
    stage.beating.delete('i-2');
    await stage.clock.run(60_000);
    expect((await stage.states())['i-2']).toBe('serving');
    expect(toldOf('✋')).toHaveLength(1);
    await stage.commit([{ kind: 'free-lever' }]);
    await stage.clock.run(5_000);
    expect((await stage.states())['i-2']).toBe('lost');
  });
});

test('a controller that observes tells what it would do and delivers it, and the node stays', async () => {
  await stage.nodes('i-1', 'i-2', 'i-3');
  await stage.controller({ mode: 'observe' });
  stage.beating.delete('i-2');
  await stage.clock.run(120_000);
  expect((await stage.states())['i-2']).toBe('serving');
  expect(told()).toEqual([expect.stringContaining('i-2 would be taken off the live list')]);
});

describe('hands off', () => {
  test('when more than half falls silent at once, and one page', async () => {
    await stage.nodes('i-1', 'i-2', 'i-3', 'i-4');
    await stage.controller();
    await stage.clock.run(20_000);
    for (const id of ['i-1', 'i-2', 'i-3']) stage.beating.delete(id);
    await stage.clock.run(120_000);
    expect(Object.values(await stage.states())).toEqual(['serving', 'serving', 'serving', 'serving']);
    expect(told()).toEqual([expect.stringContaining('3 of 4 nodes are silent')]);
  });

  test('below minServing', async () => {
    await stage.nodes('i-1', 'i-2');
    await stage.commit([{ kind: 'put-policy', source: { limits: { minServing: 2 } }, by: 'test' }]);
    await stage.controller();
    stage.beating.delete('i-2');
    await stage.clock.run(60_000);
    expect((await stage.states())['i-2']).toBe('serving');
    expect(toldOf('✋')).toEqual([expect.stringContaining('min-serving')]);
  });

  test('after an outage of its own: what was silent meanwhile has its whole time to beat again', async () => {
    await stage.nodes('i-1', 'i-2', 'i-3');
    const controller = await stage.controller();
    await stage.clock.run(20_000);
    stage.server.goAway();
    stage.beating.delete('i-2');
    await stage.clock.run(300_000);
    stage.server.comeBack();
    await stage.clock.run(14_000);
    expect((await stage.states())['i-2']).toBe('serving');
    expect(controller.log.of('pool-away')).toHaveLength(1);
    await stage.clock.run(10_000);
    expect((await stage.states())['i-2']).toBe('lost');
  });

  test('when Redis TIME leaps', async () => {
    await stage.nodes('i-1', 'i-2', 'i-3');
    const controller = await stage.controller();
    await stage.clock.run(20_000);
    for (const id of ['i-1', 'i-2', 'i-3']) stage.beating.delete(id);
    stage.time.offsetMs += 3_600_000;
    await stage.clock.run(3_000);
    expect(controller.log.of('watch-restarted')).toHaveLength(1);
    for (const id of ['i-1', 'i-2', 'i-3']) stage.beating.add(id);
    await stage.clock.run(60_000);
    expect(told()).toEqual([]);
  });

  test('for a minute after the pool was lost, with one page', async () => {
    await stage.nodes('i-1', 'i-2', 'i-3');
    await stage.controller();
    await stage.controller();
    await stage.clock.run(20_000);
    stage.server.restartEmpty();
    await stage.clock.run(2_000);
    await stage.nodes('i-1', 'i-2', 'i-3');
    stage.beating.delete('i-2');
    await stage.clock.run(55_000);
    expect((await stage.states())['i-2']).toBe('serving');
    expect(told()).toEqual([expect.stringContaining('The pool was lost')]);
    await stage.clock.run(30_000);
    expect((await stage.states())['i-2']).toBe('lost');
  });
});

test('a new leader has watched all along, and tells nothing that was told before', async () => {
  const [, second] = await stage.nodes('i-1', 'i-2', 'i-3');
  stage.reached.set(second?.url ?? '', answers);
  const first = await stage.controller();
  await stage.clock.run(1_000);
  await stage.controller();
  stage.beating.delete('i-2');
  await stage.clock.run(30_000);
  expect(told()).toHaveLength(1);
  await first.crash();
  await stage.clock.run(60_000);
  expect(told()).toHaveLength(1);
  stage.beating.delete('i-3');
  await stage.clock.run(1_000);
  stage.reached.delete(second?.url ?? '');
  await stage.clock.run(8_000);
  expect((await stage.states())['i-2']).toBe('lost');
});

test('what was told is told no second time by the next leader, also behind hundreds of other incidents', async () => {
  const [, second] = await stage.nodes('i-1', 'i-2', 'i-3');
  stage.reached.set(second?.url ?? '', answers);
  const first = await stage.controller();
  await stage.clock.run(1_000);
  await stage.controller();
  stage.beating.delete('i-2');
  await stage.clock.run(30_000);
  expect(told()).toHaveLength(1);
  for (let at = 0; at < 300; at += 1)
    await stage.commit([
      { kind: 'incident', incident: `inc-${at}`, node: 'i-3', entry: { step: 'sick', because: 'x' } },
    ]);
  await first.crash();
  await stage.clock.run(60_000);
  expect(told()).toHaveLength(1);
});

test('a router silent for ten minutes is forgotten, with a notice', async () => {
  await stage.nodes('i-1', 'i-2');
  await stage.controller();
  await stage.store.reportRouter({ id: 'r-1', version: 1, draining: {} }, limits);
  await stage.clock.run(590_000);
  expect((await stage.store.view(limits)).routers.size).toBe(1);
  await stage.clock.run(30_000);
  expect((await stage.store.view(limits)).routers.size).toBe(0);
  expect(told()).toEqual([expect.stringContaining('Router r-1')]);
}, 60_000);

test('garbage in the pool stops no watching, and naming it is left to the store', async () => {
  await stage.nodes('i-1', 'i-2', 'i-3');
  stage.server.data.nodes.set('i-9', '{"no": "record');
  const controller = await stage.controller();
  stage.beating.delete('i-2');
  await stage.clock.run(60_000);
  expect(controller.log.of('garbage-in-pool')).toEqual([]);
  expect((await stage.states())['i-2']).toBe('lost');
});
