import { createHash } from 'node:crypto';

/** What `/get` and `/chain` answer: always the same, so that whoever asked can tell a wrong body from a right one. */
export interface Meow {
  readonly says: 'meow';
  readonly text: string;
  /** SHA-256 of `text`, in hexadecimal. */
  readonly sha256: string;
}

const words = ['meow', 'purr', 'mrrp', 'hiss', 'prrt', 'miau', 'nyan', 'yowl'] as const;
const wordsInAll = 200;

/** About 1 KiB of the same text every time, made anew each time: this is the work that a request costs. */
export const meow = (): Meow => {
  const text = catTalk(wordsInAll);
  return { says: 'meow', text, sha256: createHash('sha256').update(text).digest('hex') };
};

/** A fixed walk through the words, by the linear congruence of Numerical Recipes (a = 1664525, c = 1013904223). */
const catTalk = (count: number): string => {
  const spoken: string[] = [];
  let walk = 1;
  for (let each = 0; each < count; each += 1) {
    walk = (Math.imul(walk, 1664525) + 1013904223) >>> 0;
    spoken.push(words[(walk >>> 16) % words.length] ?? 'meow');
  }
  return spoken.join(' ');
};
