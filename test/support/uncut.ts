import type { Uncut } from '../../pool/uncut.ts';

/** Texts as Redis sends them. */
export const uncutOf = (texts: readonly string[]): Uncut => ({
  kind: 'uncut',
  count: texts.length,
  wire: Buffer.from(texts.map((text) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`).join('')).toString('latin1'),
});
