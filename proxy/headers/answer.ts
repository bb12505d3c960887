import { endsHere } from './hop-by-hop.ts';
import { valuesOf } from './raw-headers.ts';

/**
 * The headers of a node's answer as the client gets them: all but those of the connection to the node, in the
 * node's order and spelling, repeated ones repeated. `raw` and the result are flat lists: name, value, name, value.
 */
export const answerHeaders = (raw: readonly string[]): string[] => {
  const isGone = endsHere(valuesOf(raw, 'connection'));
  // A message that says both is read by its chunks; its length is not to be believed.
  const isChunked = valuesOf(raw, 'transfer-encoding').length > 0;
  const headers: string[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = raw[at] ?? '';
    const key = name.toLowerCase();
    if (isGone(key) || (isChunked && key === 'content-length')) continue;
    headers.push(name, raw[at + 1] ?? '');
  }
  return headers;
};

/**
 * Can the answer's end be told, and its body passed on? Node takes every coding whose last is chunked for chunks alone,
 * and would leave the others in the body with nobody to tell of them.
 */
export const isUnderstood = ({ rawHeaders }: { readonly rawHeaders: readonly string[] }): boolean => {
  // Node reads no more than about 1,000 headers of an answer and drops the others without a word.
  if (rawHeaders.length >= 2_000) return false;
  const codings = valuesOf(rawHeaders, 'transfer-encoding');
  return codings.length === 0 || (codings.length === 1 && codings[0]?.toLowerCase() === 'chunked');
};

/** A 1xx that goes before an answer, as bytes. `100` is not passed on: who waits for it has heard it from us. */
export const interimHead = (status: number, reason: string, raw: readonly string[]): string => {
  const fields = answerHeaders(raw);
  const lines = [`HTTP/1.1 ${status} ${reason}`];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const name = fields[at] ?? '';
    if (name.toLowerCase() !== 'content-length') lines.push(`${name}: ${fields[at + 1] ?? ''}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
};
