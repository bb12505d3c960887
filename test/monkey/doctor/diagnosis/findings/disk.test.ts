import { expect, test } from '@jest/globals';
import { disk } from '../../../../../monkey/doctor/diagnosis/findings/disk.ts';
import type { DiskVitals } from '../../../../../monkey/doctor/vitals/vitals.ts';
import { examinationOf, policyOf } from '../../../../support/view.ts';

const { vitals } = policyOf({ vitals: { disk: { threshold: '95%', clear: '90%' } } });
const of = (path: string, usedShare: number, inodesShare?: number): DiskVitals => ({
  path,
  kind: 'measured',
  usedShare,
  ...(inodesShare === undefined ? {} : { inodesShare }),
});
const judge = (...disks: readonly DiskVitals[]) => disk.judge(examinationOf({ disks }), vitals);

test.each([
  [0.95, 0.1, 'hot'],
  [0.1, 0.95, 'hot'],
  [0.94, 0.1, 'warm'],
  [0.9, 0.9, 'calm'],
])('bytes at %d and inodes at %d are %s', (bytes, inodes, kind) => {
  expect(judge(of('/', bytes, inodes))?.kind).toBe(kind);
});

test('the fullest disk counts, and it says which and of what', () => {
  expect(judge(of('/', 0.1), of('/data', 0.2, 0.99), of('/tmp', 0.5))).toEqual({
    kind: 'hot',
    because: 'inodes of /data 99%, threshold 95%',
  });
});

test('a disk that does not answer hides no full one', () => {
  const silent: DiskVitals = { path: '/nfs', kind: 'unknown', because: 'no answer within 5000 ms' };
  expect(judge(silent, of('/', 0.99))?.kind).toBe('hot');
  expect(judge(silent, of('/', 0.1))).toEqual({
    kind: 'unknown',
    because: '/nfs is not known: no answer within 5000 ms',
  });
});

test('where no disk is watched there is nothing to say', () => {
  expect(judge()).toBeUndefined();
});

test('no remedy frees a disk: a human is paged and the node goes on serving', () => {
  expect(disk).toMatchObject({ remedies: [], urgency: 'page' });
  expect(disk.act(policyOf().vitals)).toBe('report');
});
