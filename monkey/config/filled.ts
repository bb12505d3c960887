import * as z from 'zod';

/**
 * What was written, with the default of everything that was not, in the form in which people write it. `source`
 * has passed the schema.
 */
export const filled = (schema: z.ZodType, source: unknown): unknown => {
  if (schema instanceof z.ZodOptional) return source === undefined ? undefined : inner(schema, source);
  if (schema instanceof z.ZodDefault) return inner(schema, source === undefined ? schema.def.defaultValue : source);
  if (schema instanceof z.ZodPrefault) return inner(schema, source === undefined ? schema.def.defaultValue : source);
  if (schema instanceof z.ZodObject) return filledSection(schema, source);
  if (schema instanceof z.ZodArray)
    return Array.isArray(source) ? source.map((entry) => filled(toSchema(schema.element), entry)) : source;
  if (schema instanceof z.ZodDiscriminatedUnion) return filledKind(schema, source);
  return source;
};

const toSchema = (schema: unknown): z.ZodType => {
  if (schema instanceof z.ZodType) return schema;
  throw new Error('not a schema of zod');
};

const inner = (schema: z.ZodOptional | z.ZodDefault | z.ZodPrefault, source: unknown): unknown =>
  filled(toSchema(schema.def.innerType), source);

const filledSection = (schema: z.ZodObject, source: unknown): unknown =>
  source instanceof Object
    ? Object.fromEntries(
        Object.entries(schema.shape)
          .map(([key, value]) => [key, filled(toSchema(value), Reflect.get(source, key))] as const)
          .filter(([, value]) => value !== undefined),
      )
    : source;

/** The section of the kind that the source names. */
const filledKind = (schema: z.ZodDiscriminatedUnion, source: unknown): unknown => {
  const option = schema.options.find(
    (candidate) => candidate instanceof z.ZodObject && candidate.safeParse(source).success,
  );
  return option === undefined ? source : filled(toSchema(option), source);
};
