import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { silentLog } from '../../pool/log.ts';
import { loadSnapshot, snapshotWriter } from '../../proxy/snapshot-file.ts';

const members = [{ id: 'web-1', url: 'http://10.0.0.1:80', weight: 0.5 }];
let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snapshot-'));
  file = join(folder, 'members.json');
});
afterEach(() => rm(folder, { recursive: true }));

const save = async (nowMs: number, epoch: string | undefined = 'e1') => {
  const writer = snapshotWriter(file, 'web', () => nowMs, silentLog);
  writer.save({ epoch, members });
  await writer.settled();
};

test('comes back as it was saved', async () => {
  await save(1_000);
  expect(await loadSnapshot(file, 'web', 2_000)).toEqual({ kind: 'loaded', snapshot: { epoch: 'e1', members } });
});

test('of many changes the last one stands, and nothing is left beside the file', async () => {
  const writer = snapshotWriter(file, 'web', () => 0, silentLog);
  for (let change = 0; change < 50; change += 1) writer.save({ epoch: `e${change}`, members });
  await writer.settled();
  expect(await loadSnapshot(file, 'web', 0)).toMatchObject({ snapshot: { epoch: 'e49' } });
  expect(await readdir(folder)).toEqual(['members.json']);
});

test.each([
  ['missing', undefined, 'cannot be read (ENOENT)'],
  ['cut short', '{"schema":1,"pool":"web","mem', 'is not a snapshot'],
  ['something else', '[1,2]', 'is not a snapshot'],
  ['of another schema', '{"schema":2,"pool":"web","savedMs":0,"members":[]}', 'is not a snapshot'],
  ['of another pool', '{"schema":1,"pool":"api","savedMs":0,"members":[]}', 'is of the pool api'],
])('is as good as none where it is %s', async (_name, text, because) => {
  if (text !== undefined) await writeFile(file, text);
  expect(await loadSnapshot(file, 'web', 0)).toEqual({ kind: 'nothing', because });
});

test('is not believed after a day, when addresses may be others’', async () => {
  await save(0);
  expect(await loadSnapshot(file, 'web', 86_400_000)).toMatchObject({ kind: 'loaded' });
  expect(await loadSnapshot(file, 'web', 86_400_001)).toEqual({ kind: 'nothing', because: 'is older than a day' });
});

test('a disk that refuses is named once and stops nothing', async () => {
  const warned: unknown[] = [];
  const log = { ...silentLog, warn: (event: string, fields?: object) => warned.push([event, fields]) };
  const nowhere = join(folder, 'missing', 'members.json');
  const writer = snapshotWriter(nowhere, 'web', () => 0, log);
  for (let change = 0; change < 3; change += 1) {
    writer.save({ epoch: undefined, members });
    await writer.settled();
  }
  expect(warned).toEqual([['snapshot-not-saved', { file: nowhere, because: 'ENOENT' }]]);
});
