import type * as z from 'zod';
import type { Path } from './problem.ts';

/** Where a key of this name belongs, if it stands in the wrong section; nothing where that could be anywhere. */
export const misplaced = (schema: z.ZodType, key: string): readonly Path[] => {
  const places = pathsOf(schema, []).filter((path) => path.at(-1) === key);
  return places.length <= mostPlaces ? places : [];
};

/** More than these would be no hint. */
const mostPlaces = 3;

/** The path of every key that is known from the root down. */
const pathsOf = (schema: unknown, parent: Path): readonly Path[] =>
  Object.entries(shapeOf(schema)).flatMap(([key, inner]) => {
    const path = [...parent, key];
    return [path, ...pathsOf(inner, path)];
  });

/** The keys of an object schema, also of one that is optional or has a default. */
const shapeOf = (schema: unknown): object => {
  if (!(schema instanceof Object)) return {};
  const shape: unknown = Reflect.get(schema, 'shape');
  if (shape instanceof Object) return shape;
  const def: unknown = Reflect.get(schema, 'def');
  return def instanceof Object ? shapeOf(Reflect.get(def, 'innerType')) : {};
};
