import { tmpdir } from 'node:os';
import { expect, test } from '@jest/globals';
import { diskMeter, type FileSystem } from '../../../../monkey/host/vitals/disks.ts';

const limits = { deadlineMs: 5_000 };
const system = (part: Partial<FileSystem> = {}): FileSystem => ({
  ...{ blocks: 1_000, bfree: 200, bavail: 100, files: 400, ffree: 300 },
  ...part,
});
const one = async (part: Partial<FileSystem>) => (await diskMeter(['/'], async () => system(part))(limits))[0];

test('the share of bytes is what df says: what only root may use does not count', async () => {
  expect(await one({})).toEqual({ path: '/', kind: 'measured', usedShare: 800 / 900, inodesShare: 0.25 });
});

test('a file system that makes inodes as it needs them tells none', async () => {
  expect(await one({ files: 0, ffree: 0 })).not.toHaveProperty('inodesShare');
});

test('a file system without a size is unknown', async () => {
  expect(await one({ blocks: 0, bfree: 0, bavail: 0 })).toMatchObject({ kind: 'unknown' });
});

test('a path that is not there says so, and the others are told', async () => {
  const [gone, real] = await diskMeter(['/nowhere/at-all', tmpdir()])(limits);
  expect(gone).toMatchObject({ path: '/nowhere/at-all', kind: 'unknown', because: expect.stringContaining('ENOENT') });
  expect(real).toMatchObject({ path: tmpdir(), kind: 'measured' });
});

test('a file system that does not answer is not asked again before it has, and then is', async () => {
  const waiting: ((told: FileSystem) => void)[] = [];
  const measure = diskMeter(['/nfs'], () => new Promise((resolve) => waiting.push(resolve)));
  expect(await measure({ deadlineMs: 20 })).toMatchObject([{ kind: 'unknown', because: 'no answer within 20 ms' }]);
  expect(await measure({ deadlineMs: 20 })).toMatchObject([
    { kind: 'unknown', because: expect.stringContaining('not answered yet') },
  ]);
  expect(waiting).toHaveLength(1);
  waiting[0]?.(system());
  await new Promise((resolve) => setImmediate(resolve));
  const again = measure(limits);
  waiting[1]?.(system());
  expect(await again).toMatchObject([{ kind: 'measured' }]);
});

test('who is stopped before there was an answer is told none', async () => {
  const [told] = await diskMeter(['/'])({ ...limits, signal: AbortSignal.abort() });
  expect(told?.kind).toBe('unknown');
});
