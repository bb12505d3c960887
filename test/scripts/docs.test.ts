import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { configJsonSchema, type JsonSchema } from '../../monkey/config/json-schema.ts';
import { pages } from '../../scripts/docs/pages.ts';

test('the reference pages are as the code says (if not: npm run docs)', async () => {
  for (const [path, text] of Object.entries(await pages()))
    expect(readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')).toBe(text);
});

test('every key of the configuration is described', () => {
  const undescribed = (schema: JsonSchema, path: string): readonly string[] =>
    Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
      const inner: JsonSchema = typeof value === 'boolean' ? {} : value;
      const own = inner.description === undefined && inner.const === undefined ? [`${path}${key}`] : [];
      const kindsHere = (inner.anyOf ?? []).flatMap((kind) =>
        typeof kind === 'boolean' ? [] : undescribed(kind, `${path}${key}.`),
      );
      const entries = typeof inner.items === 'object' && !Array.isArray(inner.items) ? [inner.items] : [];
      const kinds = entries.flatMap((entry) => entry.oneOf ?? [entry]);
      const deeper = kinds.flatMap((kind) => (typeof kind === 'boolean' ? [] : undescribed(kind, `${path}${key}[].`)));
      return [...own, ...kindsHere, ...undescribed(inner, `${path}${key}.`), ...deeper];
    });
  expect(undescribed(configJsonSchema(), '')).toEqual([]);
});

test('the reference names the keys of a section that is one of several things a key may be', async () => {
  const { 'docs/reference/configuration.md': text = '' } = await pages();
  expect(text).toMatch(/^\| `accessLog` \|.*\| `off` or section of `path`, `sample`, `query` \| `off` \|$/m);
  expect(text).toMatch(/^\| `accessLog\.path` \|.*\| required \|$/m);
  expect(text).toMatch(/^\| `sticky\.cookie` \|/m);
});
