/** Where two policies differ. Pure. */
export interface Change {
  readonly path: string;
  readonly pool: unknown;
  readonly file: unknown;
}

/** Every value that is not the same in both, by its path, in the order of the first. Lists are compared as a whole. */
export const changesBetween = (pool: unknown, file: unknown, path = ''): readonly Change[] => {
  if (!isSection(pool) || !isSection(file))
    return JSON.stringify(pool) === JSON.stringify(file) ? [] : [{ path, pool: pool ?? null, file: file ?? null }];
  const keys = [...new Set([...Object.keys(pool), ...Object.keys(file)])];
  return keys.flatMap((key) => changesBetween(pool[key], file[key], path === '' ? key : `${path}.${key}`));
};

const isSection = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value instanceof Object && !Array.isArray(value);
