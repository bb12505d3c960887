/** The biggest commands of the fleet, as a table with a picture. Pure. */
import { formatBytes, formatShare } from '../../../pool/units.ts';
import type { CommandTotal } from '../../collect/biggest.ts';
import { type Column, paint, type Screen, table } from '../print.ts';
import { counted } from '../services/notes.ts';
import type { Biggest } from './told.ts';

/** Lines; none where no process was seen. */
export const topLines = ({ commands, rssKib, of }: Biggest, screen: Screen): readonly string[] => {
  if (commands.length === 0) return [];
  const columns = columnsFor(commands, rssKib, screen);
  const left = of - commands.length;
  const rest = left === 0 ? [] : [paint(`and ${counted(left, 'smaller command')}`, 'dim', screen)];
  return [...table(commands, columns, screen), ...rest];
};

/** Where nobody knows how wide it may be. */
const usualWidth = 100;
const barMost = 40;
const barLeast = 6;

/** The picture takes what the other columns leave. */
const columnsFor = (
  commands: readonly CommandTotal[],
  rssKib: number,
  screen: Screen,
): readonly Column<CommandTotal>[] => {
  const besides = table(
    commands,
    columnsWith(rssKib, () => ''),
    { colours: false, columns: undefined },
  );
  const taken = Math.max(...besides.map((line) => Array.from(line).length));
  const width = Math.max(barLeast, Math.min(barMost, (screen.columns ?? usualWidth) - taken));
  const most = commands[0]?.rssKib ?? 0;
  return columnsWith(rssKib, (total) => bar(most === 0 ? 0 : total.rssKib / most, width));
};

const columnsWith = (rssKib: number, picture: (total: CommandTotal) => string): readonly Column<CommandTotal>[] => [
  { title: 'COMMAND', text: ({ command }) => command },
  { title: 'RSS', text: (total) => kibText(total.rssKib), align: 'right' },
  { title: '', text: picture, colour: () => 'blue' },
  { title: 'SHARE', text: (total) => formatShare(rssKib === 0 ? 0 : total.rssKib / rssKib), align: 'right' },
  { title: 'HOSTS', text: ({ hosts }) => String(hosts), align: 'right' },
  { title: 'PROCESSES', text: ({ processes }) => String(processes), align: 'right' },
  { title: 'BIGGEST', text: ({ biggest }) => kibText(biggest.rssKib), align: 'right' },
  { title: 'ON', text: ({ biggest: { host, pid } }) => `${host} pid ${pid}`, gives: true },
];

export const kibText = (kib: number): string => formatBytes(kib * 1_024);

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/** A bar of at most `width` letters, in steps of an eighth of one: what is there at all is seen. */
const bar = (share: number, width: number): string => {
  const steps = Math.max(share > 0 ? 1 : 0, Math.round(share * width * eighths.length));
  return '█'.repeat(Math.floor(steps / eighths.length)) + (eighths[steps % eighths.length] ?? '');
};
