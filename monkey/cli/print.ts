/** How answers look: tables that fit, colours only where a person looks, and nothing from outside that moves the cursor. */

export type Colour = 'red' | 'green' | 'yellow' | 'blue' | 'dim' | 'bold';

const codes: Readonly<Record<Colour, readonly [number, number]>> = {
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  dim: [2, 22],
  bold: [1, 22],
};

/** What a stream can show. */
export interface Screen {
  readonly colours: boolean;
  /** Undefined: no terminal, so lines are as long as they are. */
  readonly columns: number | undefined;
}

type Stream = Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>;

/** NO_COLOR (https://no-color.org) counts when it is set and not empty. */
export const screenOf = (stream: Stream, env: Readonly<Record<string, string | undefined>>): Screen => {
  const terminal = stream.isTTY;
  const plain = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  return { colours: terminal && !plain, columns: terminal ? stream.columns : undefined };
};

export const paint = (text: string, colour: Colour | undefined, { colours }: Screen): string => {
  if (!colours || colour === undefined || text === '') return text;
  const [on, off] = codes[colour];
  return `\u001b[${on}m${text}\u001b[${off}m`;
};

/** Text from Redis or a file, without what a terminal would obey. */
export const harmless = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '·');

export interface Column<Row> {
  readonly title: string;
  readonly text: (row: Row) => string;
  readonly colour?: (row: Row) => Colour | undefined;
  readonly align?: 'right';
  /** The one that is cut where the line would be too long. */
  readonly gives?: true;
}

const gap = '  ';
const narrowest = 12;

/** Lines of a table, the titles first. Columns are as wide as their widest text. */
export const table = <Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  screen: Screen,
): readonly string[] => {
  const texts = rows.map((row) => columns.map((column) => harmless(column.text(row))));
  const widths = columns.map(({ title }, index) =>
    Math.max(title.length, ...texts.map((row) => lengthOf(row[index] ?? ''))),
  );
  const fitted = shrink(widths, columns, screen);
  const titles = columns.map(({ title }, index) =>
    paint(cell(title, fitted[index] ?? 0, columns[index]), 'dim', screen),
  );
  const lines = rows.map((row, at) =>
    columns.map((column, index) =>
      paint(cell(texts[at]?.[index] ?? '', fitted[index] ?? 0, column), column.colour?.(row), screen),
    ),
  );
  return [titles, ...lines].map((cells) => cells.join(gap).trimEnd());
};

const shrink = <Row>(widths: readonly number[], columns: readonly Column<Row>[], screen: Screen): readonly number[] => {
  const whole = widths.reduce((sum, width) => sum + width, 0) + gap.length * (widths.length - 1);
  const over = screen.columns === undefined ? 0 : Math.max(0, whole - screen.columns);
  return widths.map((width, index) =>
    columns[index]?.gives === true ? Math.max(Math.min(narrowest, width), width - over) : width,
  );
};

const cell = <Row>(text: string, width: number, column: Column<Row> | undefined): string => {
  const letters = Array.from(text);
  const cut = letters.length > width ? `${letters.slice(0, width - 1).join('')}…` : text;
  const space = ' '.repeat(Math.max(0, width - lengthOf(cut)));
  return column?.align === 'right' ? space + cut : cut + space;
};

const lengthOf = (text: string): number => Array.from(text).length;
