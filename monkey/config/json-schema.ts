/** The JSON schema of the configuration file, for editors. Not imported by anything that runs for long. */
import * as z from 'zod';
import { fileSchema } from './schema.ts';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** What may be written, not what is made of it. */
export const configJsonSchema = (): JsonSchema => ({
  ...schemaOf(fileSchema),
  title: 'Doctor Monkey',
});

const schemaOf = (schema: z.ZodType): JsonSchema =>
  z.toJSONSchema(schema, {
    io: 'input',
    override: ({ jsonSchema }) => {
      // The largest and the smallest safe integer say nothing to a person.
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
