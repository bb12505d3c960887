/** Tables as GitHub's Markdown writes them (https://github.github.com/gfm/#tables-extension-). Pure. */
import { type Column, harmless } from '../print.ts';
import { nameOf } from './names.ts';

export const markdownHead = <Row>(columns: readonly Column<Row>[]): string =>
  [line(columns.map(nameOf)), line(columns.map(({ align }) => (align === 'right' ? '---:' : '---')))].join('');

export const markdownRows = <Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string =>
  rows.map((row) => line(columns.map(({ text }) => plain(text(row))))).join('');

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;

/** A name from outside is shown as it is: it ends no cell, and marks nothing up. */
const plain = (text: string): string => harmless(text).replace(/[\\`*_~[\]<>|&]/g, '\\$&');
