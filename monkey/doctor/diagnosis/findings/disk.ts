import type { DiskVitals } from '../../vitals/vitals.ts';
import { between, worst } from '../between.ts';
import type { FindingDefinition, RoundVerdict } from '../definition.ts';

type Limits = Parameters<typeof between>[2];

const judgeOne = (disk: DiskVitals, limits: Limits): RoundVerdict => {
  if (disk.kind === 'unknown') return { kind: 'unknown', because: `${disk.path} is not known: ${disk.because}` };
  const bytes = between(`bytes of ${disk.path}`, disk.usedShare, limits);
  if (disk.inodesShare === undefined) return bytes;
  return worst([bytes, between(`inodes of ${disk.path}`, disk.inodesShare, limits)]) ?? bytes;
};

const judge: FindingDefinition['judge'] = ({ vitals: { disks } }, policy) =>
  worst(disks.map((disk) => judgeOne(disk, policy.disk)));

/**
 * No remedy: a disk is as full after a restart or a reboot. The node goes on serving, since its checks say whether it
 * can, and out of the pool it would only leave its share to others whose disks fill as well. A human is paged.
 */
export const disk: FindingDefinition = {
  title: 'a full disk',
  judge,
  course: ({ rounds }) => rounds,
  remedies: [],
  act: (policy) => policy.disk.act,
  urgency: 'page',
};
