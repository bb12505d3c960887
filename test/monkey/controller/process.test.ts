/** Controllers as processes of their own that are killed, stopped and continued. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { eventually as until } from '../../support/eventually.ts';
import { newRealStage, type RealStage } from './real-stage.ts';

let stage: RealStage;
beforeEach(async () => {
  stage = await newRealStage({ slackPostRate: { perSecond: 1_000, burst: 1_000 } });
});
afterEach(() => stage.end());

const numbered = (count: number) => Array.from({ length: count }, (_, at) => ({ text: `n${at}`, incident: 'a' }));
const texts = (count: number) => numbered(count).map(({ text }) => text);
/** A lease that ends soon, so that a test does. */
const brief = { lease: '2s', rounds: '500ms' };

test('killed between post and acknowledgement: the message is read exactly once', async () => {
  const first = await stage.spawn('one', brief);
  await until('it leads', async () => (await stage.leader()) === 'one');
  // Slack takes the message, and its answer does not come before the controller is dead.
  stage.cloud.faults.inject({ kind: 'delay-reply', call: 'chat.postMessage', ms: 60_000, times: 1 });
  const taken = new Promise<void>((resolve) => {
    stage.cloud.onSlackMessage(() => {
      first.child.kill('SIGKILL');
      resolve();
    });
  });
  await stage.tell(...numbered(2));
  await taken;
  await first.ended;
  await stage.spawn('two', brief);
  await stage.untilEmpty(30_000);
  expect(stage.read()).toEqual(texts(2));
  expect(stage.threads()).toEqual([undefined, stage.cloud.slackMessages()[0]?.ts]);
}, 60_000);

// That it takes 10 s at most is shown where time is virtual; here processes wait for their turns on the machine, too.
test('another leads soon after the death of the leader, with the usual lease', async () => {
  const first = await stage.spawn('one');
  await until('it leads', async () => (await stage.leader()) === 'one');
  const second = await stage.spawn('two');
  await until('it stands by', () => second.logged('standing-by') > 0);
  await first.kill();
  await stage.tell({ text: 'after' });
  await until('the other leads', async () => (await stage.leader()) === 'two');
  await stage.untilEmpty();
  expect(stage.read()).toEqual(['after']);
  expect(second.logged('standing-by')).toBe(1);
}, 60_000);

test('a leader that is stopped and continued posts nothing twice and nothing out of order', async () => {
  const first = await stage.spawn('one', brief);
  await until('it leads', async () => (await stage.leader()) === 'one');
  await stage.spawn('two', brief);
  const count = 8;
  await stage.tell(...numbered(count));
  await stage.untilRead(2);
  first.child.kill('SIGSTOP');
  await until('the other leads', async () => (await stage.leader()) === 'two');
  await stage.untilRead(4);
  first.child.kill('SIGCONT');
  await stage.untilEmpty(30_000);
  expect(stage.read()).toEqual(texts(count));
  await until('the first knows', () => first.logged('leadership-lost') > 0);
  await until('the first stands by', () => first.logged('standing-by') > 0);
}, 60_000);

test('stops cleanly: the lease is let go, and the exit code is 0', async () => {
  const only = await stage.spawn('one');
  await until('it leads', async () => (await stage.leader()) === 'one');
  only.child.kill('SIGTERM');
  expect(await only.ended).toBe(0);
  expect(await stage.leader()).toBeUndefined();
}, 30_000);

test('goes on by itself when Redis was away from the beginning, and said so once', async () => {
  await stage.redis.kill();
  const only = await stage.spawn('one');
  await until('it said so', () => only.logged('pool-away') > 0);
  expect(only.child.exitCode).toBeNull();
  await stage.redis.restart();
  // The lease is in Redis before the line about it is here: neither may be taken for the other.
  await until('it leads', async () => (await stage.leader().catch(() => undefined)) === 'one');
  await until('it said that it leads', () => only.logged('leading') > 0);
  expect(only.logged('leading')).toBe(1);
  expect(only.logged('pool-away')).toBe(1);
}, 30_000);
