import { JSONPath } from 'jsonpath-plus';

type Json = null | boolean | number | string | object | unknown[];

/**
 * Every value at a JSONPath of a JSON text. Scripts and filters in the path are refused: it comes from Redis and is
 * not run. Throws SyntaxError where the text is no JSON, and Error where the path is refused.
 */
export const valuesAt = (path: string, text: string): readonly unknown[] => {
  const json = JSON.parse(text) as Json;
  return JSONPath<unknown[]>({ path, json, eval: false, wrap: true });
};
