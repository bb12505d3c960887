/*
 * Tables as RFC 4180 wants them: CRLF, and quotes where a field needs them. Pure.
 *
 * What stands in a field came from outside, and a spreadsheet takes what begins with =, +, -, @ or a tab for a formula,
 * which may send the sheet somewhere: such a field gets a ' in front, as OWASP advises
 * (https://owasp.org/www-community/attacks/CSV_Injection). Programs that mind should read JSON.
 */
import { type Column, harmless } from '../print.ts';
import { nameOf } from './names.ts';

export const csvHead = <Row>(columns: readonly Column<Row>[]): string => csvLine(columns.map(nameOf));

export const csvRows = <Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string =>
  rows.map((row) => csvLine(columns.map(({ text }) => text(row)))).join('');

const csvLine = (fields: readonly string[]): string => `${fields.map(field).join(',')}\r\n`;

const field = (text: string): string => {
  const told = harmless(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
  return /[",]/.test(told) ? `"${told.replaceAll('"', '""')}"` : told;
};
