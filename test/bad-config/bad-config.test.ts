import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { parseSettings } from '../../monkey/config/parse.ts';
import { problemsText } from '../../monkey/config/problem.ts';

/*
 * Each file here is a configuration with something wrong, beside it the exact text that people are told. A new rule
 * or key brings a new pair.
 */
const folder = fileURLToPath(new URL('.', import.meta.url));
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.replace('.yaml', ''));
const read = (name: string) => readFileSync(folder + name, 'utf8');

describe('what people are told of a configuration that is wrong', () => {
  test.each(names)('%s', (name) => {
    const parsed = parseSettings(read(`${name}.yaml`));
    expect(parsed.kind).toBe('problems');
    const text = parsed.kind === 'problems' ? problemsText('doctor-monkey.yaml', parsed.problems) : '';
    expect(`${text}\n`).toBe(read(`${name}.txt`));
  });

  test('no text shows a secret that was written where it does not belong', () => {
    for (const name of names) expect(read(`${name}.txt`)).not.toContain('hunter2');
  });

  test('every text belongs to a file', () => {
    const texts = readdirSync(folder).filter((name) => name.endsWith('.txt'));
    expect(texts.map((name) => name.replace('.txt', ''))).toEqual(names);
  });
});
