import { readFile } from 'node:fs/promises';
import type { Limits } from '../../pool/store.ts';
import { plainWords } from '../doctor/report/words.ts';

const wordsAtMost = 80;

/** What the first line of a file says of the deploy that runs; undefined where it says nothing. */
export const deployFrom =
  (file: string) =>
  async ({ signal }: Limits): Promise<string | undefined> => {
    const text = await readFile(file, { encoding: 'utf8', ...(signal === undefined ? {} : { signal }) });
    return plainWords(text.slice(0, 1_000).split('\n')[0] ?? '', wordsAtMost) || undefined;
  };
