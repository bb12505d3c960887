import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { toJson } from '../../../pool/json.ts';
import { evidenceNotice, evidenceOfSpin } from '../../support/kept-evidence.ts';
import { newStage, type Stage } from './stage.ts';

const limits = { deadlineMs: 1_000 };
let stage: Stage;
beforeEach(() => {
  stage = newStage();
});
afterEach(() => stage.end());

const keep = (incident: string) => stage.store.keepEvidence(incident, toJson(evidenceOfSpin), limits);
const untilRead = (count: number) => stage.clock.until(() => stage.read().length >= count, 120_000);
const untilUploaded = (count: number) =>
  stage.clock.until(() => stage.messenger.uploaded.length >= count, 120_000, 'pictures');

test('the thread of an incident gets the picture of its evidence, and how it differs from a healthy node', async () => {
  await keep('inc-1');
  await stage.tell({ incident: 'inc-1', text: 'sick' }, evidenceNotice('inc-1'));
  await stage.controller();
  await untilUploaded(1);
  const [parcel] = stage.messenger.uploaded;
  expect(parcel).toMatchObject({
    thread: stage.messenger.posted[0]?.id,
    words: 'What web-1 was doing, and how that differs from web-2 when that was healthy.',
    files: [{ name: 'flame-web-1.svg' }, { name: 'difference-web-1.svg' }],
  });
  expect(Buffer.from(parcel?.files[0]?.content ?? []).toString()).toMatch(/^<\?xml[\s\S]*runaway/);
});

test('each picture is handed over once, and notices that tell of none have none', async () => {
  await keep('inc-1');
  await stage.tell({ incident: 'inc-1' }, { incident: 'inc-1', kind: 'drained' }, evidenceNotice('inc-1'));
  await stage.tell({ incident: 'inc-2' }, { ...evidenceNotice('inc-2'), detail: { kept: ['journal'] } });
  await stage.controller();
  await untilRead(5);
  await stage.clock.run(60_000);
  expect(stage.messenger.uploaded).toHaveLength(1);
});

test('pictures that are not taken hold up no words, and why is said once', async () => {
  await keep('inc-1');
  await keep('inc-2');
  stage.messenger.uploadTrouble = { kind: 'refused', what: 'access', code: 'missing_scope' };
  const { log } = await stage.controller();
  await stage.tell(...['inc-1', 'inc-2'].flatMap((incident) => [{ incident }, evidenceNotice(incident)]));
  await stage.tell({ incident: 'inc-2', kind: 'back', text: 'back' });
  await untilRead(5);
  await stage.clock.run(60_000);
  expect(log.of('picture-not-sent').map(({ fields }) => fields)).toEqual([
    { incident: 'inc-1', because: 'missing_scope: Slack wants files:write for pictures' },
  ]);
});

test('an upload that Slack answers late or not at all is tried again, and then given up', async () => {
  await keep('inc-1');
  stage.messenger.uploadTrouble = { kind: 'limited', retryAfterMs: 5_000 };
  const { log } = await stage.controller();
  await stage.tell({ incident: 'inc-1' }, evidenceNotice('inc-1'));
  await untilRead(2);
  stage.messenger.uploadTrouble = undefined;
  await untilUploaded(1);
  expect(log.of('picture-not-sent')).toEqual([]);
  stage.messenger.uploadTrouble = { kind: 'away', because: 'ECONNREFUSED' };
  await keep('inc-2');
  await stage.tell({ incident: 'inc-2' }, evidenceNotice('inc-2'));
  await stage.clock.until(() => log.of('picture-not-sent').length > 0, 300_000, 'the end of trying');
  expect(log.of('picture-not-sent')).toMatchObject([{ fields: { incident: 'inc-2', because: 'ECONNREFUSED' } }]);
});

test('evidence that is gone or unreadable leaves the words alone', async () => {
  await stage.store.keepEvidence('inc-2', 'no JSON', limits);
  const { log } = await stage.controller();
  await stage.tell(...['inc-1', 'inc-2'].flatMap((incident) => [{ incident }, evidenceNotice(incident)]));
  await untilRead(4);
  await stage.clock.run(10_000);
  expect(stage.messenger.uploaded).toEqual([]);
  expect(log.of('picture-not-sent')).toEqual([]);
});
