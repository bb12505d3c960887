/** Folded stacks: `bottom;…;top VALUE`, one a line, `#` for comments; the values may have decimals. */
import type { StackTree } from '../stack-tree.ts';

export interface FoldedStory {
  readonly lines: number;
  readonly strangeLines: number;
}

export class FoldedReader {
  readonly #tree: StackTree;
  #rest = '';
  #lines = 0;
  #strangeLines = 0;

  constructor(tree: StackTree) {
    this.#tree = tree;
  }

  push(piece: string): void {
    const lines = (this.#rest + piece).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line);
  }

  end(): FoldedStory {
    this.#line(this.#rest);
    this.#rest = '';
    return { lines: this.#lines, strangeLines: this.#strangeLines };
  }

  #line(line: string): void {
    if (line === '' || line === '\r' || line.startsWith('#')) return;
    const read = readFoldedLine(line);
    if (read === undefined) {
      this.#strangeLines += 1;
      return;
    }
    this.#lines += 1;
    if (read.value > 0) this.#tree.addStack(read.stack.split(';'), read.value, read.value);
  }
}

/** Reads `STACK VALUE`; nothing where the line ends in no number. */
export const readFoldedLine = (line: string): { readonly stack: string; readonly value: number } | undefined => {
  const text = line.trimEnd();
  const gap = Math.max(text.lastIndexOf(' '), text.lastIndexOf('\t'));
  const number = text.slice(gap + 1);
  if (gap <= 0 || number.length > 40 || !/^\d+(?:\.\d*)?$/.test(number)) return undefined;
  return { stack: text.slice(0, gap), value: Number(number) };
};
