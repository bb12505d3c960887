/** Text that is safe in XML: a name may hold anything, and is never more than a text. */
export const escaped = (text: string): string =>
  text.replace(unspeakable, '\ufffd').replace(/[&<>"]/g, (character) => entities[character] ?? character);

/** XML 1.0 has no way at all to say these: https://www.w3.org/TR/xml/#charsets */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const unspeakable = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
