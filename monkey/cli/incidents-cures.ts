/** How often each remedy has cured each finding: `monkey incidents --cures`. */
import type { Incident } from '../../pool/store.ts';
import { formatShare } from '../../pool/units.ts';
import { type CureRate, curesIn } from '../doctor/report/cures.ts';
import { type Column, type Screen, table } from './print.ts';

export interface CuresAnswer {
  /** How many incidents were looked at. */
  readonly incidents: number;
  /** When the oldest of them began; null where there is none. */
  readonly sinceMs: number | null;
  readonly cures: readonly CureRate[];
}

export const curesAnswer = (incidents: readonly Incident[], nowMs: number): CuresAnswer => ({
  incidents: incidents.length,
  sinceMs: incidents.length === 0 ? null : Math.min(...incidents.map(({ openedMs }) => openedMs)),
  cures: curesIn(incidents, nowMs),
});

export const curesText = ({ incidents, sinceMs, cures }: CuresAnswer, screen: Screen): string => {
  if (cures.length === 0 || sinceMs === null) return 'no remedy was tried in the incidents that are kept';
  const since = new Date(sinceMs).toISOString().slice(0, 19).replace('T', ' ');
  return [...table(cures, columns, screen), '', `From ${incidents} incidents since ${since}. ${meaning}`].join('\n');
};

const meaning = 'Cured: the finding did not come back to the node within a day; open: that day is not over.';

const number = (title: string, of: (rate: CureRate) => number): Column<CureRate> => ({
  title,
  text: (rate) => String(of(rate)),
  align: 'right',
});

const columns: readonly Column<CureRate>[] = [
  { title: 'FINDING', text: ({ finding }) => finding },
  { title: 'REMEDY', text: ({ remedy }) => remedy },
  number('TRIED', ({ tried }) => tried),
  number('CURED', ({ cured }) => cured),
  number('RELAPSED', ({ relapsed }) => relapsed),
  number('FAILED', ({ failed }) => failed),
  number('OPEN', ({ open }) => open),
  { title: 'RATE', text: (rate) => curedShare(rate), align: 'right' },
];

/** Of those whose fate is known. */
const curedShare = ({ tried, cured, open }: CureRate): string =>
  tried === open ? '-' : formatShare(cured / (tried - open));
