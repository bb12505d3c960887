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
