/** Delivery through the real client to the local cloud's Slack, from a real Redis. */
import { afterEach, expect, test } from '@jest/globals';
import { toJson } from '../../../pool/json.ts';
import { eventually as until } from '../../support/eventually.ts';
import { evidenceNotice, evidenceOfSpin } from '../../support/kept-evidence.ts';
import { newRealStage, type RealStage } from './real-stage.ts';

let stage: RealStage;
afterEach(() => stage.end());

const roomy = { slackPostRate: { perSecond: 1_000, burst: 1_000 } };
const quick = { delivery: { paceMs: 0, pollMs: 20 } };

test('notices are read in order, one thread an incident', async () => {
  stage = await newRealStage(roomy);
  await stage.tell({ incident: 'a', text: 'a1' }, { incident: 'b', text: 'b1' }, { text: 'alone' });
  await stage.controller(quick);
  await stage.tell({ incident: 'b', text: 'b2' }, { incident: 'a', text: 'a2' });
  await stage.untilEmpty();
  expect(stage.read()).toEqual(['a1', 'b1', 'alone', 'b2', 'a2']);
  const [a1, b1] = stage.cloud.slackMessages().map(({ ts }) => ts);
  expect(stage.threads()).toEqual([undefined, undefined, undefined, b1, a1]);
}, 30_000);

test('a limit of Slack delays and loses nothing', async () => {
  stage = await newRealStage({ slackPostRate: { perSecond: 0.5, burst: 1 } });
  await stage.tell(...[1, 2, 3].map((at) => ({ text: `n${at}` })));
  const { log } = await stage.controller(quick);
  await stage.untilEmpty(30_000);
  expect(stage.read()).toEqual(['n1', 'n2', 'n3']);
  expect(log.of('slack-not-told').at(-1)?.fields).toEqual({ retryAfterMs: expect.any(Number) });
}, 40_000);

test('at its own pace it stays below the limit of Slack', async () => {
  // One may be late by as much as a second, and the next in time.
  stage = await newRealStage({ slackPostRate: { perSecond: 1, burst: 2 } });
  await stage.tell(...[1, 2, 3, 4].map((at) => ({ text: `n${at}` })));
  const { log } = await stage.controller();
  await stage.untilEmpty(30_000);
  expect(log.of('slack-not-told')).toEqual([]);
}, 40_000);

test('while Slack is down notices wait, and then all are read in order', async () => {
  stage = await newRealStage(roomy);
  const down = stage.cloud.faults.inject({ kind: 'slack-down' });
  await stage.tell({ text: 'one' }, { text: 'two' });
  const { log } = await stage.controller(quick);
  await stage.tell({ text: 'three' });
  await until('it was said', () => log.of('slack-not-told').length > 0);
  expect(stage.read()).toEqual([]);
  stage.cloud.faults.undo(down.id);
  await stage.untilEmpty(30_000);
  expect(stage.read()).toEqual(['one', 'two', 'three']);
  expect(log.of('slack-not-told')).toHaveLength(1);
}, 40_000);

test('a wrong token is said once, and nothing is lost once it is right', async () => {
  stage = await newRealStage(roomy);
  const wrong = stage.cloud.faults.inject({ kind: 'slack-wrong-token' });
  await stage.tell({ text: 'one' });
  const { log } = await stage.controller({ delivery: { ...quick.delivery, deniedMs: 100 } });
  const tries = () => stage.cloud.calls().filter(({ outcome }) => outcome === 'invalid_auth').length;
  await until('it tried again and again', () => tries() >= 4);
  expect(log.of('slack-not-told')).toMatchObject([{ fields: { code: 'invalid_auth' } }]);
  stage.cloud.faults.undo(wrong.id);
  await stage.untilEmpty();
  expect(stage.read()).toEqual(['one']);
}, 30_000);

test('a message whose reply was lost is looked up and not sent again', async () => {
  stage = await newRealStage(roomy);
  stage.cloud.faults.inject({ kind: 'lose-reply', call: 'chat.postMessage' });
  await stage.tell({ text: 'one', incident: 'a' }, { text: 'two', incident: 'a' });
  await stage.controller(quick);
  await stage.untilEmpty(30_000);
  expect(stage.read()).toEqual(['one', 'two']);
  expect(stage.threads()).toEqual([undefined, stage.cloud.slackMessages()[0]?.ts]);
}, 40_000);

test('where the token may not read, a doubtful message is told twice rather than never', async () => {
  stage = await newRealStage({ ...roomy, slackScopes: ['chat:write'] });
  stage.cloud.faults.inject({ kind: 'lose-reply', call: 'chat.postMessage' });
  await stage.tell({ text: 'one' });
  const { log } = await stage.controller(quick);
  await stage.untilEmpty(30_000);
  expect(stage.read()).toEqual(['one', 'one']);
  expect(log.of('notice-not-found-again')).toMatchObject([{ fields: { code: 'missing_scope' } }]);
}, 40_000);

test('the picture of evidence hangs in the thread of its incident, and one that is refused holds up no words', async () => {
  stage = await newRealStage(roomy);
  await stage.store.keepEvidence('a', toJson(evidenceOfSpin), { deadlineMs: 20_000 });
  await stage.tell({ incident: 'a', text: 'sick' }, evidenceNotice('a'));
  const { log } = await stage.controller(quick);
  const shared = () => stage.cloud.slackMessages().filter(({ files = [] }) => files.length > 0);
  await until('the pictures', () => shared().length > 0, 20_000);
  const [message] = shared();
  expect(message?.thread_ts).toBe(stage.cloud.slackMessages()[0]?.ts);
  expect(message?.files?.map(({ name }) => name.replace(/\.(svg|png)$/, ''))).toEqual([
    'flame-web-1',
    'difference-web-1',
  ]);
  const content = stage.cloud.slackFile(message?.files?.[0]?.id ?? '');
  expect(content?.length).toBeGreaterThan(1_000);
  stage.cloud.faults.inject({ kind: 'slack-missing-scope', scope: 'files:write' });
  await stage.store.keepEvidence('b', toJson(evidenceOfSpin), { deadlineMs: 20_000 });
  await stage.tell({ incident: 'b', text: 'sick' }, evidenceNotice('b'), { incident: 'b', text: 'back' });
  await stage.untilEmpty();
  await until('it was said', () => log.of('picture-not-sent').length > 0);
  expect(log.of('picture-not-sent')).toMatchObject([{ fields: { because: expect.stringContaining('files:write') } }]);
}, 40_000);
