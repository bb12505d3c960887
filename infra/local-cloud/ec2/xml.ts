/** A tree that becomes XML: a list repeats its element, and what is undefined is left out. */
export type Xml = string | number | boolean | undefined | readonly Xml[] | { readonly [element: string]: Xml };

/** EC2's way to write a list: `<xSet><item>…</item><item>…</item></xSet>`. */
export const items = (list: readonly Xml[]): Xml => ({ item: list });

export const toXml = (root: string, namespace: string | undefined, content: Xml): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${namespace === undefined ? '' : ` xmlns="${namespace}"`}>${inside(content)}</${root}>`;

const inside = (content: Xml): string => {
  if (content === undefined) return '';
  if (typeof content !== 'object') return escaped(String(content));
  if (isList(content)) throw new Error('a list needs an element to repeat');
  return Object.entries(content)
    .map(([name, value]) => element(name, value))
    .join('');
};

const element = (name: string, value: Xml): string => {
  if (value === undefined) return '';
  if (isList(value)) return value.map((each) => element(name, each)).join('');
  return `<${name}>${inside(value)}</${name}>`;
};

const isList = (value: Xml): value is readonly Xml[] => Array.isArray(value);

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** XML 1.0 has no way at all to write most control characters, so they are left out. */
const escaped = (text: string): string =>
  text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that it is about.
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replace(/[&<>"']/g, (sign) => escapes[sign] ?? sign);
