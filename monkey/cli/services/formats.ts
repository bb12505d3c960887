/** The ways in which a command on services answers. Pure. */
import { type Column, type Screen, table } from '../print.ts';
import { csvHead, csvRows } from './csv.ts';
import { markdownHead, markdownRows } from './markdown.ts';

export const formats = ['table', 'json', 'csv', 'markdown'] as const;
export type Format = (typeof formats)[number];

/** Rows with their titles. A text that is empty is a value that is not known. */
export const rendered = <Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  format: Exclude<Format, 'json'>,
  screen: Screen,
): string => {
  switch (format) {
    case 'table':
      return `${table(rows, columns.map(dashed), screen).join('\n')}\n`;
    case 'csv':
      return csvHead(columns) + csvRows(rows, columns);
    case 'markdown':
      return markdownHead(columns) + markdownRows(rows, columns);
  }
};

/** For people: a dash where nothing is known. */
export const dashed = <Row>(column: Column<Row>): Column<Row> => ({
  ...column,
  text: (row) => (column.text(row) === '' && column.gives !== true ? '-' : column.text(row)),
});

/** One line. JSON lets through what some terminals obey (C1, directions of writing): that is escaped as well. */
export const jsonLine = (answer: object): string =>
  `${JSON.stringify(answer).replace(
    /[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )}\n`;
