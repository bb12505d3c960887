import type { Column } from '../print.ts';

/** What a column is called where programs read: `CPU MEAN` is `cpu_mean`. */
export const nameOf = <Row>({ title }: Pick<Column<Row>, 'title'>): string => title.toLowerCase().replaceAll(' ', '_');
