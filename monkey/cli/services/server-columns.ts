import { formatShare } from '../../../pool/units.ts';
import type { ServerLine, Status } from '../../services/judge.ts';
import type { Colour, Column } from '../print.ts';
import type { Format } from './formats.ts';

export const statusColours: Readonly<Record<Status, Colour>> = {
  healthy: 'green',
  unhealthy: 'red',
  unknown: 'yellow',
};

/** Programs find the same columns whatever the source; people are not shown the ids of nodes where there are none. */
export const serverColumns = (lines: readonly ServerLine[], format: Format): readonly Column<ServerLine>[] => {
  const withNodes = format !== 'table' || lines.some(({ node }) => node !== null);
  return [
    { title: 'ADDRESS', text: ({ address }) => address },
    ...(withNodes ? [{ title: 'NODE', text: ({ node }: ServerLine) => node ?? '' }] : []),
    { title: 'SERVICE', text: ({ service }) => service ?? '' },
    { title: 'STATUS', text: ({ status }) => status, colour: ({ status }) => statusColours[status] },
    { title: 'CPU', text: ({ cpuShare }) => shareText(cpuShare), align: 'right' },
    { title: 'MEMORY', text: ({ memoryShare }) => shareText(memoryShare), align: 'right' },
    { title: 'WHY', text: ({ because }) => because ?? '', gives: true },
  ];
};

/** Empty where it is not known. */
export const shareText = (share: number | null | undefined): string =>
  share === null || share === undefined ? '' : formatShare(share);
