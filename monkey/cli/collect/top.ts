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

/** The picture takes what the other columns leave; where that is nothing, some of them go. */
const columnsFor = (
  commands: readonly CommandTotal[],
  rssKib: number,
  screen: Screen,
): readonly Column<CommandTotal>[] => {
  const room = screen.columns ?? usualWidth;
  const most = commands[0]?.rssKib ?? 0;
  const choice = (...left: readonly string[]) => {
    const columns = (picture: (total: CommandTotal) => string): readonly Column<CommandTotal>[] =>
      columnsWith(rssKib, picture).filter(({ title }) => !left.includes(title));
    return {
      columns,
      width:
        room -
        widthOf(
          commands,
          columns(() => ''),
        ),
    };
  };
  const choices = [choice(), choice('SHARE', 'PROCESSES')];
  const narrowest = choice('SHARE', 'PROCESSES', 'BIGGEST', 'ON');
  const { columns, width } = choices.find((each) => each.width >= barLeast) ?? narrowest;
  const widest = Math.max(barLeast, Math.min(barMost, width));
  return columns((total) => bar(most === 0 ? 0 : total.rssKib / most, widest));
};

const widthOf = (commands: readonly CommandTotal[], columns: readonly Column<CommandTotal>[]): number =>
  Math.max(...table(commands, columns, { colours: false, columns: undefined }).map((line) => Array.from(line).length));

const columnsWith = (rssKib: number, picture: (total: CommandTotal) => string): readonly Column<CommandTotal>[] => [
  { title: 'COMMAND', text: ({ command }) => command, gives: true },
  { title: 'RSS', text: (total) => kibText(total.rssKib), align: 'right' },
  { title: '', text: picture, colour: () => 'blue' },
  { title: 'SHARE', text: (total) => formatShare(rssKib === 0 ? 0 : total.rssKib / rssKib), align: 'right' },
  { title: 'HOSTS', text: ({ hosts }) => String(hosts), align: 'right' },
  { title: 'PROCESSES', text: ({ processes }) => String(processes), align: 'right' },
  { title: 'BIGGEST', text: ({ biggest }) => kibText(biggest.rssKib), align: 'right' },
  { title: 'ON', text: ({ biggest: { host, pid } }) => `${host} pid ${pid}` },
];

export const kibText = (kib: number): string => formatBytes(kib * 1_024);

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/** A bar of at most `width` letters, in steps of an eighth of one: what is there at all is seen. */
const bar = (share: number, width: number): string => {
  const steps = Math.max(share > 0 ? 1 : 0, Math.round(share * width * eighths.length));
  return '█'.repeat(Math.floor(steps / eighths.length)) + (eighths[steps % eighths.length] ?? '');
};
