/**
 * Reads a notice's detail. It is plain JSON from Redis, perhaps of another version of Doctor Monkey: what is not
 * of the expected shape is left out, never guessed.
 */
export type Detail = Readonly<Record<string, unknown>>;

export const textOf = (detail: Detail, key: string): string | undefined => {
  const value = detail[key];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

export const numberOf = (detail: Detail, key: string): number | undefined => {
  const value = detail[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
};

export const listOf = (detail: Detail, key: string): readonly Detail[] => {
  const value = detail[key];
  return Array.isArray(value) ? value.filter(isDetail) : [];
};

export const detailOf = (detail: Detail, key: string): Detail | undefined => {
  const value = detail[key];
  return isDetail(value) ? value : undefined;
};

const isDetail = (value: unknown): value is Detail =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
